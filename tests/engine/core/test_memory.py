"""What the garbage collector looks at after a run was opened."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from simapp.engine.core.memory import settle_memory


class Thing:
    """Something in a circle, which only the collector frees."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture(autouse=True)
def _nothing_is_left_settled() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_there_is_settled_and_what_nobody_holds_any_more_is_freed_first() -> None:
    seen = ref(Thing())
    settle_memory()
    assert seen() is None
    assert gc.get_freeze_count() > 0


def test_what_an_earlier_run_settled_is_freed_when_the_next_one_settles() -> None:
    thing = Thing()
    seen = ref(thing)
    settle_memory()
    del thing
    gc.collect()
    assert seen() is not None, "what is settled is not looked at"
    settle_memory()
    assert seen() is None


def test_a_run_of_few_objects_settles_nothing_and_lets_go_of_what_was_settled() -> None:
    thing = Thing()
    seen = ref(thing)
    settle_memory()
    del thing
    settle_memory(many_objects=False)
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert seen() is None
