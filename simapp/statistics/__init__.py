"""Statistics of paired replicates: arrays in, numbers out. No Django, no global random state."""
