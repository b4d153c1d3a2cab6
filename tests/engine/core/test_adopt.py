"""New rules for a world with a past: what users saw last is remembered as far as the new memory reaches."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simapp.engine.core import adopt
from simapp.engine.core.rules import Rules
from simapp.engine.core.world import NEVER


class Users(SimpleNamespace):
    """Only what a memory needs."""

    def __len__(self) -> int:
        return int(self.seen.shape[0])


def remembered(seen: np.ndarray, seen_at: int) -> list[int]:
    """What a ring holds, oldest first."""
    size = seen.shape[0]
    return [int(seen[(seen_at + i) % size]) for i in range(size) if seen[(seen_at + i) % size] != NEVER]


@given(
    st.lists(st.lists(st.integers(0, 1000), max_size=20), min_size=1, max_size=5),
    st.integers(0, 8),
    st.integers(0, 12),
)
def test_the_newest_are_kept_in_order_whatever_the_sizes(shown: list[list[int]], old: int, new: int) -> None:
    seen = np.full((len(shown), old), NEVER, np.uint32)
    at = np.zeros(len(shown), np.int32)
    for user, posts in enumerate(shown):
        for post in posts if old else []:
            seen[user, at[user]] = post
            at[user] = (at[user] + 1) % old
    before = [remembered(row, int(where)) for row, where in zip(seen, at, strict=True)]
    world = SimpleNamespace(users=Users(seen=seen, seen_at=at), rules=Rules(seen_memory=old))
    rules = replace(world.rules, seen_memory=new, show_score=True)
    adopt.adopt_rules(world, rules)
    assert world.rules is rules
    assert world.users.seen.shape == (len(shown), new)
    for user, posts in enumerate(before):
        now = remembered(world.users.seen[user], int(world.users.seen_at[user])) if new else []
        assert now == (posts[-new:] if new else [])


def test_rules_that_ask_for_the_same_memory_leave_the_ring_alone() -> None:
    seen, at = np.zeros((2, 3), np.uint32), np.array([1, 2], np.int32)
    world = SimpleNamespace(users=Users(seen=seen, seen_at=at), rules=Rules(seen_memory=3))
    adopt.adopt_rules(world, Rules(seen_memory=3, hot_steps=9))
    assert world.users.seen is seen
    assert world.users.seen_at is at
    assert world.rules.hot_steps == 9
