"""Taking a run's data out, with what is needed to understand and to repeat it."""
