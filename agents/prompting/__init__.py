"""Prompts: what a language-model user is told, and what its answer means in the world."""
