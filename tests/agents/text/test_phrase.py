"""Phrases with slots."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text.dice import Dice
from agents.text.phrase import PhraseError, parse, say

WORDS = {"town": ("Ostley", "Tarnby", "Quarrow"), "fruit": ("apple", "pear")}

uniforms = st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20)


def spoken(line: str, *rolls: float) -> str:
    return say(parse(line, WORDS), Dice(rolls or (0.0,)), WORDS, {})


def test_alternatives_may_nest_and_be_empty() -> None:
    assert spoken("a {big|{red|blue} small}{| old} bus", 0.9, 0.0, 0.9) == "a red small old bus"
    assert spoken("a {big|{red|blue} small}{| old} bus", 0.0, 0.0) == "a big bus"


@given(uniforms)
def test_a_name_stays_the_same_in_one_text_and_its_second_differs(rolls: list[float]) -> None:
    first, again, second = spoken("{town}/{town}/{town2}", *rolls).split("/")
    assert first == again
    assert first != second


@given(uniforms)
def test_numbers_stay_in_their_range_and_step(rolls: list[float]) -> None:
    assert int(spoken("{100-400/50}", *rolls)) in range(100, 401, 50)
    count, noun = spoken("{1-3 box}", *rolls).split()
    assert noun == ("box" if count == "1" else "boxes")


def test_the_article_fits_what_was_chosen() -> None:
    assert spoken("{a:fruit}", 0.0) == "an apple"
    assert spoken("{a:fruit}", 0.9) == "a pear"
    assert spoken("{a:7-8} minute wait", 0.9) == "an 8 minute wait"


@pytest.mark.parametrize(
    "line", ["a {town", "a town}", "{village}", "{9-3}", "{}", "{town|{street}}", "{a:village}"]
)
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    with pytest.raises(PhraseError, match=r" in: "):
        parse(line, WORDS)
