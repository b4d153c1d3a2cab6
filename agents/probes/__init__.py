"""Asking users questions on a clone of the world; nothing they say reaches the run."""
