"""Groups of users who answer alike."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from agents.archetypes.alike import ByAnswers
from agents.archetypes.answering import FIRST_NUMBER, ByModel, ByRules
from agents.asking import Question
from recommender.embeddings.hashing import HashedWords
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World
from tests.agents.archetypes.askers import Said, crowd

STREAMS = Streams(11)
PROMPTS = ("What do you think of housing?", "And whom do you trust?")
CAMPS = ("Build, build, build everywhere", "Leave green fields alone please")


def by_answers(answers: Any = None, prompts: tuple[str, ...] = PROMPTS, **more: Any) -> ByAnswers:
    plain = {"groups": 2, "sample": 60}
    return ByAnswers(prompts, answers=answers or ByModel("m"), encode=HashedWords().encode, **(plain | more))


def halves(users: int = 300) -> World:
    world, _ = crowd(users)
    world.users.opinions[:, 0] = np.where(np.arange(users) % 2, 0.9, -0.9)
    return world


def of_the_stance(question: Question) -> str:
    return json.dumps({"do": [{"act": "create_post", "text": CAMPS["housing -0.9" in question.own]}]})


def test_a_model_answers_for_a_sample_and_who_answers_alike_shares_a_group() -> None:
    world, asker = halves(), Said(of_the_stance)
    group = by_answers().of(world, STREAMS, asker)
    assert (asker.calls, len(asker.asked)) == (1, 2 * 60)
    assert np.unique(group[0::2]).shape[0] == np.unique(group[1::2]).shape[0] == 1
    assert group[0] != group[1]


def test_the_questions_that_make_groups_have_numbers_that_nothing_else_of_a_step_has() -> None:
    asker = Said(of_the_stance)
    by_answers().of(halves(), STREAMS, asker)
    numbers = [one.question.user for one in asker.asked]
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) == FIRST_NUMBER < -256 * 17 * 200 - 1, "below every cell of an archetype"
    assert min(numbers) > -(2**31)
    assert {one.model for one in asker.asked} == {"m"}


def test_the_rules_answer_without_any_call() -> None:
    asker = Said(of_the_stance)
    group = by_answers(ByRules()).of(halves(), STREAMS, asker)
    assert asker.calls == 0
    assert group[0] != group[1]


def test_who_did_not_answer_every_prompt_joins_those_of_the_nearest_opinions() -> None:
    def half(question: Question) -> str | None:
        return None if question.seed % 2 else of_the_stance(question)

    whole = by_answers().of(halves(), STREAMS, Said(of_the_stance))
    assert np.array_equal(
        by_answers().of(halves(), STREAMS, Said(half)) == 0, whole == whole[0]
    ) or np.array_equal(by_answers().of(halves(), STREAMS, Said(half)) == 1, whole == whole[0])


def test_where_nobody_answers_all_are_one_group() -> None:
    assert not by_answers().of(halves(), STREAMS, Said(lambda _q: None)).any()


@pytest.mark.parametrize("answers", [ByModel("m"), ByRules()], ids=["model", "rules"])
def test_groups_by_answers_are_the_same_every_time(answers: Any) -> None:
    world, asker = crowd(300)[0], Said(of_the_stance)
    assert np.array_equal(
        by_answers(answers).of(world, STREAMS, asker), by_answers(answers).of(world, Streams(11), asker)
    )


def test_groups_are_called_otherwise_where_another_answers_or_something_else_is_asked() -> None:
    names = {
        by_answers(answers, prompts).name for answers in (ByModel("m"), ByModel("n"), ByRules()) for prompts in
        (PROMPTS, PROMPTS[:1])
    }  # fmt: skip
    assert len(names) == 6


@pytest.mark.parametrize(
    "bad", [{"groups": 0}, {"groups": 300}, {"sample": 0}, {"sample": 10_001}, {"prompts": ()}]
)
def test_probing_without_sense_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(WrongInput, match="need a prompt"):
        by_answers(**bad)
