"""What is loaded is settled once: the next run has only to look at what is new."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from simapp.engine.core import memory
from simapp.engine.core.memory import settle_memory


class Knot:
    """Something that knows itself, so that only the collector lets it go."""

    left = 0

    def __init__(self) -> None:
        self.self = self
        Knot.left += 1

    def __del__(self) -> None:
        Knot.left -= 1


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(memory, "_looked_at", 0)
    monkeypatch.setattr(memory, "_settled", 0)
    gc.unfreeze()
    yield
    gc.unfreeze()
    gc.collect()


def test_what_is_settled_is_not_looked_at_again_before_it_has_doubled() -> None:
    knots = [Knot()]
    settle_memory()
    settled = gc.get_freeze_count()
    assert settled > 0
    knots.clear()
    settle_memory()
    assert Knot.left == 1
    many: list[list[int]] = [[] for _ in range(settled + 1000)]
    settle_memory()
    assert Knot.left == 0
    assert gc.get_freeze_count() >= len(many)


def test_what_came_since_is_looked_at_and_then_settled() -> None:
    settle_memory()
    Knot()
    kept = [[] for _ in range(1000)]
    before = gc.get_freeze_count()
    settle_memory()
    assert Knot.left == 0
    assert gc.get_freeze_count() >= before + len(kept)
