"""A step says what its models did and took, so that the page and whoever listens can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simapp.models import FidelityGap, ModelReply, Run, RunStep
from simapp.runs import fidelity_gaps, tasks
from simapp.runs.forks import create_fork
from simapp.runs.points import newest_step
from simapp.scenarios.document import as_dict, load_scenario
from tests.runs.small import busy, finish, make
from tests.runs.thinking import Oracle, answered, endpoint, models

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["answered"]

Answered = Callable[[Any], None]


def thinking(*tiers: dict[str, Any], **more: Any) -> Any:
    raw = as_dict(busy("rumour", "clock.minutes_per_step=60", "clock.steps=12"))
    raw["minds"]["models"] = models(*(tiers or (endpoint(30),)), **more)
    return load_scenario(raw)


def counts(run: Run) -> dict[str, int]:
    step = newest_step(run)
    assert step is not None
    return step.counts


def test_the_newest_step_counts_all_that_models_did_and_took(answered: Answered) -> None:
    answered(Oracle())

    run = finish(make(thinking()))

    said = list(ModelReply.objects.filter(run_id=run.rows))
    told = counts(run)
    assert told["models_endpoint"] == told["models_answered"] + told["models_abstained"] == len(said)
    assert told["models_abstained"] == sum(r.outcome == "abstained" for r in said) > 0
    assert told["models_tokens_in"] == sum(r.tokens_in for r in said)
    assert told["models_tokens_out"] == sum(r.tokens_out for r in said)
    assert told["models_money"] == round(1e6 * sum(r.cost for r in said))
    assert told["models_seconds"] == round(1e3 * sum(r.seconds for r in said))
    steps = RunStep.objects.filter(run_id=run.rows).values_list("counts", flat=True)
    assert sum(step["model_tokens"] for step in steps) == told["models_tokens_in"] + told["models_tokens_out"]
    assert sum(step["model_decisions"] for step in steps) == len(said)


def test_a_fork_counts_on_from_what_its_parent_had_taken(answered: Answered) -> None:
    answered(Oracle())
    parent = finish(make(thinking()))

    fork = finish(create_fork(run=parent, at=6, member=None))

    assert counts(fork) == counts(parent)


def test_questions_that_a_limit_forbade_are_counted(answered: Answered) -> None:
    answered(Oracle())

    told = counts(finish(make(thinking(endpoint(60), limits={"tokens": 8_000}))))

    assert told["models_limited"] > 0
    assert told["models_tokens_in"] + told["models_tokens_out"] <= 8_000


def test_a_run_of_rules_counts_nothing_of_models() -> None:
    assert not [name for name in counts(finish(make(busy()))) if name.startswith("model")]


def test_the_gap_of_groups_is_measured_from_a_snapshot_and_kept_with_its_step(
    answered: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[int] = []
    monkeypatch.setattr(tasks.measure_gaps, "apply_async", lambda key, **_: wanted.append(key[0]))
    answered(Oracle())
    groups = {
        "tier": "archetype", "asks": "endpoint", "model": "oracle", "by": ["camp"], "samples": 2, "check": 0.2,
        "who": {"kind": "share", "share": 0.9},
    }  # fmt: skip

    run = finish(make(thinking(groups)))

    assert wanted == [run.pk]
    assert counts(run)["models_archetype"] > 0
    kept = fidelity_gaps.measure(run.pk)
    assert kept is not None
    assert kept.step == run.step
    together, *each = kept.gaps
    assert together["visits"] == sum(gap["visits"] for gap in each) > 10
    assert 0 <= together["js"] <= 1
    assert 0 < together["p"] <= 1
    # Measured again, it is the same and there is one.
    fidelity_gaps.measure(run.pk)
    assert FidelityGap.objects.get().gaps == kept.gaps


def test_a_run_without_groups_has_no_gap(answered: Answered) -> None:
    answered(Oracle())
    run = finish(make(thinking(), steps=2))
    assert fidelity_gaps.measure(run.pk) is None
