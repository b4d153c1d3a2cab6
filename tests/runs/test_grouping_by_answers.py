"""Archetype groups by answers in a run: asked once, recorded, and nobody is asked again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from agents.archetypes.answering import FIRST_NUMBER
from agents.asking import Question, Reply
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.threads import Workers
from simapp.models import ModelReply, Run
from simapp.runs import snapshot_files
from simapp.runs.fidelity_gaps import measure
from simapp.runs.forks import create_fork
from simapp.runs.replaying import replay
from simapp.scenarios.document import as_dict, load_scenario
from tests.runs.small import busy, finish, make
from tests.runs.thinking import Away, Oracle, answered, models

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["answered"]

SAMPLE = 20


class Speaker(Oracle):
    """Speaks for whoever is asked, by age, in one of three ways."""

    def _reply(self, question: Question) -> Reply:
        if "The question:" not in question.own:
            return super()._reply(question)
        words = ("The rent is too high.", "I like football.", "Trains should be on time.")[
            len(question.own) % 3
        ]
        said = json.dumps({"do": [{"act": "create_post", "text": words}]})
        return Reply(said, "answered", self.name, 90, 10)


def grouped(**more: Any) -> Any:
    told = {"prompts": ["What moves you?", "Whom do you trust?"], "groups": 3, "sample": SAMPLE, **more}
    tier = {
        "tier": "archetype", "asks": "endpoint", "model": "oracle", "who": {"kind": "share", "share": 0.8},
        "by_answers": told, "samples": 1, "check": 0.0,
    }  # fmt: skip
    raw = as_dict(busy("rumour", "clock.minutes_per_step=60", "feed.preset=chronological"))
    raw["minds"]["models"] = models(tier)
    return load_scenario(raw)


def groups(run: Run) -> np.ndarray:
    found = snapshot_files.newest_good(run.rows, upto=run.step)
    return found.world.extra["archetype/group"]


def test_groups_are_made_of_recorded_answers_and_a_replay_and_a_fork_ask_nobody(
    answered: Callable[[Any], None],
) -> None:
    answered(Speaker())
    run = finish(make(grouped(), steps=4))
    assert run.status == "finished", run.error
    assert np.unique(groups(run)).tolist() == [0, 1, 2]
    said = ModelReply.objects.filter(run_id=run.rows, user_id__lte=FIRST_NUMBER)
    assert said.count() == 2 * SAMPLE
    assert len(set(said.values_list("step", flat=True))) == 1
    assert set(said.values_list("tier", flat=True)) == {"endpoint"}

    answered(Away())
    assert replay(run, workers=Workers(2)).differs_at is None
    fork = finish(create_fork(run=run, at=2, member=None))
    assert (fork.status, fork.digest) == ("finished", run.digest)
    again = finish(make(grouped(), steps=4, answers="cache"))
    assert again.digest == run.digest


def test_the_rules_can_answer_for_the_groups(answered: Callable[[Any], None]) -> None:
    answered(Speaker())
    run = finish(make(grouped(asked="rules"), steps=2))
    assert run.status == "finished", run.error
    assert np.unique(groups(run)).shape[0] > 1
    assert not ModelReply.objects.filter(run_id=run.rows, user_id__lte=FIRST_NUMBER).exists()
    assert replay(run, workers=Workers(1)).differs_at is None


def test_the_gap_of_groups_by_answers_is_measured_under_their_own_names(answered: Callable[[Any], None]) -> None:
    answered(Speaker())
    raw = as_dict(grouped(asked="rules"))
    raw["minds"]["models"]["tiers"][0]["check"] = 0.2
    run = finish(make(load_scenario(raw), steps=4))
    kept = measure(run.pk)
    assert kept is not None
    together, *each = kept.gaps
    assert [gap["label"] for gap in each] == [f"answers alike {n}" for n in (1, 2, 3)]
    assert together["visits"] == sum(gap["visits"] for gap in each) > 0


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"prompts": []}, "prompts"),
        ({"groups": 0}, "groups"),
        ({"sample": 10_001}, "sample"),
        ({"asked": "me"}, "asked"),
    ],
)
def test_a_wrong_way_to_group_is_refused_by_name(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(WrongInput, match=named):
        grouped(**wrong)


def test_groups_are_made_in_one_way_only() -> None:
    raw = as_dict(grouped())
    raw["minds"]["models"]["tiers"][0]["by"] = ["age"]
    with pytest.raises(WrongInput, match="by_answers"):
        load_scenario(raw)
