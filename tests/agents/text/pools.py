"""Pools that several tests read, built once."""

from __future__ import annotations

from functools import cache

from agents.text.grammar import build_pool
from agents.text.library import list_topics
from agents.text.pool import TextPool

ALL = list_topics()


@cache
def pool_of(*topics: str, seed: int = 7) -> TextPool:
    """Return the pool of these topics with the default size."""
    return build_pool(topics, seed)
