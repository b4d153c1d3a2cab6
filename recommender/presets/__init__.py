"""Pipelines with a name."""
