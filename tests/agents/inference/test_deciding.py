"""Asking once more, and then abstaining: one law for all models."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.inference.deciding import Case, Said, decide
from tests.agents.inference.asked import question

GOOD, BAD = '{"do":[]}', "no"
SAID = st.one_of(
    st.just(Said(GOOD, tokens_in=9, tokens_out=3, cost=0.5)),
    st.just(Said(BAD, tokens_in=9, tokens_out=1, cost=0.25)),
    st.just(Said(problem="The server is gone.", calls=4)),
)


@given(st.lists(st.lists(SAID, min_size=2, max_size=2), max_size=6))
def test_a_batch_is_settled_as_its_questions_would_be_one_by_one(plans):
    asked = [question(n) for n in range(len(plans))]
    seeds: list[list[int]] = []

    def say(batch):
        seeds.append([one.seed for one in batch])
        return [plans[one.user][len(seeds) - 1] for one in batch]

    replies = decide(asked, "tiny", say, lambda: 0.0)
    for one, plan, reply in zip(asked, plans, replies, strict=True):
        case = Case(one, "tiny")
        for said in plan:
            if case.open:
                case.take(said)
        assert reply == case.reply()
        assert (reply.outcome == "answered") == (reply.text == GOOD) == (reply.problem == "")
        assert reply.outcome == "answered" or reply.text == ""
    assert len(seeds) <= 2


def test_what_was_asked_twice_is_counted_twice():
    case = Case(question(), "tiny")
    case.take(Said(BAD, tokens_in=10, tokens_out=5, tokens_cached=4, cost=0.25, calls=2))
    assert case.open
    assert case.asking.seed == question().seed + 1
    case.take(Said(GOOD, tokens_in=10, tokens_out=3, tokens_cached=8, cost=0.5))
    reply = case.reply(1.5)
    assert (reply.tokens_in, reply.tokens_out, reply.tokens_cached) == (20, 8, 12)
    assert (reply.cost, reply.tries, reply.first, reply.seconds) == (0.75, 3, BAD, 1.5)


def test_the_largest_seed_has_one_that_follows():
    case = Case(question(seed=2**63 - 1), "tiny")
    case.take(Said(BAD))
    assert case.asking.seed == 0


def test_a_reply_that_is_not_counted_is_estimated():
    case = Case(question(), "tiny")
    case.take(Said(GOOD))
    assert case.reply().tokens_in == question().tokens
    assert case.reply().tokens_out == 3
