"""What a decision costs, on the observation that OASIS's users have (see the project's notes on OASIS, section 4)."""

from __future__ import annotations

from statistics import fmean

import pytest

from agents.asking import Question, estimated_tokens
from agents.prompting.prompter import Prompter
from agents.writing import Writing
from simapp.engine.core.streams import Streams
from simapp.runs.assemble import text_pool
from simapp.runs.bench_observation import COMMENTS, POSTS, TOPICS, observed
from tests.agents.prompting.worlds import ACTIONS


class Remembering:
    """Remembers as much as fits."""

    def recall(self, world: object, users: object, seen: object) -> list[list[str]]:
        return [["you liked a post on housing", "ana_b commented on your post"] * 20] * 200


def observations(memory: Remembering | None = None) -> list[Question]:
    world, feed = observed(200, Streams(4))
    return Prompter(ACTIONS, Writing(text_pool(TOPICS)), memory=memory).questions(world, feed, Streams(4))


@pytest.mark.parametrize("memory", [None, Remembering()])
def test_a_decision_costs_at_most_1100_tokens_and_750_that_are_not_shared(memory: Remembering | None) -> None:
    questions = observations(memory)
    for question in questions:
        # Nothing of the observation was left out to come so low.
        assert (question.posts, question.comments) == (POSTS, (COMMENTS,) * POSTS)
        assert "…" not in question.own.split("Feed:")[1]
    assert max(question.tokens_unshared for question in questions) <= 750
    assert max(question.tokens for question in questions) <= 1100
    assert fmean(question.tokens for question in questions) > 1000


def test_the_prefix_that_all_share_is_a_prefix_of_every_prompt() -> None:
    questions = observations()
    assert len({question.shared for question in questions}) == 1
    assert {question.tokens - question.tokens_unshared for question in questions} == {
        estimated_tokens(questions[0].shared)
    }
