"""Which tier decides for whom, why, and what it may cost."""
