"""Personas in the words of a model."""
