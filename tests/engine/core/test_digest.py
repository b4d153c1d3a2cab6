"""What the event digest sees."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from simapp.engine.core.batches import ActionBatch, DecisionBatch, EventBatch
from simapp.engine.core.digest import EMPTY, step_digest
from simapp.engine.core.texts import Texts

TEXTS = Texts(["one", "two"])


def digest(
    decided: ActionBatch, happened: EventBatch, *, step: int = 3, tier: int = 0, target: int = 5
) -> bytes:
    tiers = np.full(len(decided), tier, np.uint8)
    targets = np.full(len(decided), target, np.int64)
    return step_digest(EMPTY, step, DecisionBatch(decided, tiers), targets, happened, TEXTS)


def batches() -> tuple[ActionBatch, EventBatch]:
    decided, happened = ActionBatch.empty(2), EventBatch.empty(2)
    decided.text[:] = happened.text[:] = 0
    return decided, happened


# A serial is this run's own; the target's key stands for it. What an event says is what was decided.
@pytest.mark.parametrize("column", [f.name for f in fields(ActionBatch) if f.name != "post"])
def test_every_column_of_a_decision_is_in_the_digest(column: str) -> None:
    decided, happened = batches()
    before = digest(decided, happened)
    getattr(decided, column)[1] = 1
    assert digest(decided, happened) != before


@pytest.mark.parametrize("column", [f.name for f in fields(EventBatch) if f.name != "text"])
def test_every_column_of_an_event_is_in_the_digest(column: str) -> None:
    decided, happened = batches()
    before = digest(decided, happened)
    getattr(happened, column)[1] = 1
    assert digest(decided, happened) != before


def test_step_tier_and_target_are_in_the_digest() -> None:
    before = digest(*batches())
    assert (
        len({before, digest(*batches(), step=4), digest(*batches(), tier=1), digest(*batches(), target=6)})
        == 4
    )
