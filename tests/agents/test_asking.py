"""What names a question, so that what was answered once is not asked again."""

from __future__ import annotations

from dataclasses import replace

from agents.asking import Sampling
from tests.agents.asked import asked

QUESTION = asked()


def test_every_part_of_a_question_and_of_how_it_is_asked_is_in_its_key() -> None:
    changes = {
        "shared": "other rules", "own": "other feed", "options": ("do_nothing",), "posts": 2, "comments": (0, 1, 0),
        "topics": (), "seed": 2, "template": "1" * 16,
    }  # fmt: skip
    keys = {replace(QUESTION, **{name: value}).key("m", Sampling()) for name, value in changes.items()}
    keys |= {QUESTION.key("n", Sampling()), QUESTION.key("m", Sampling(0.0)), QUESTION.key("m", Sampling())}
    assert len(keys) == len(changes) + 3
    assert {len(key) for key in keys} == {32}


def test_whose_question_it_is_is_not_in_its_key() -> None:
    assert replace(QUESTION, user=8).key("m", Sampling()) == QUESTION.key("m", Sampling())


def test_text_cannot_move_from_what_is_shared_to_what_is_not() -> None:
    one, two = replace(QUESTION, shared="ab", own="c"), replace(QUESTION, shared="a", own="bc")
    assert one.key("m", Sampling()) != two.key("m", Sampling())


def test_a_lone_surrogate_has_a_key_too() -> None:
    assert len(replace(QUESTION, own="\ud800", options=("\ud800",)).key("\ud800", Sampling())) == 32
