"""Forks share a past and go their own way: unchanged ones end where their parent does."""

from __future__ import annotations

import pytest

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.threads import Workers
from simapp.models import Run, RunFile, RunStep
from simapp.runs import services
from simapp.runs.forks import create_fork
from simapp.runs.replaying import replay
from tests.runs.small import busy, finish, make
from tests.runs.test_disturbed import SCENARIOS, left_by, to_its_end

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 14


def after(rows: dict[str, list], run: Run) -> dict[str, list]:
    return rows


@pytest.mark.parametrize("kind", SCENARIOS)
@pytest.mark.parametrize("at", [0, 5, STEPS - 1])
def test_an_unchanged_fork_ends_as_its_parent(kind: str, at: int) -> None:
    parent = finish(make(SCENARIOS[kind](), steps=STEPS))
    made = finish(create_fork(run=parent, at=at, member=None))
    assert (made.status, made.step, made.error) == ("finished", STEPS, "")
    assert made.digest_hex == parent.digest_hex
    assert bytes(made.impressions_digest) == bytes(parent.impressions_digest)
    assert made.events == parent.events
    # Nothing of the past was copied, and all of the rest was made.
    assert list(RunStep.objects.filter(run_id=made.pk).order_by("step").values_list("step", flat=True)) == list(
        range(at + 1, STEPS + 1)
    )
    result = replay(made, workers=Workers(1))
    assert (result.differs_at, result.digest) == (None, made.digest_hex)
