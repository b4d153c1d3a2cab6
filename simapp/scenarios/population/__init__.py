"""Builds people: who they are, when they are active, how they write and what they think."""
