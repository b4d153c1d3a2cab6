"""The topic files."""

from __future__ import annotations

import pytest

from agents.text.library import BANKS, get_topic, list_topics


def test_the_promised_topics_are_there() -> None:
    promised = {"housing", "transport", "climate", "schools", "health", "technology", "work", "sport"}
    assert promised <= set(list_topics())


@pytest.mark.parametrize("slug", list_topics())
def test_a_topic_says_what_both_sides_argue(slug: str) -> None:
    topic = get_topic(slug)
    assert topic.label
    assert topic.minus
    assert topic.plus
    assert topic.minus != topic.plus
    assert all(topic.tags[side] for side in (-1, 0, 1))


@pytest.mark.parametrize("slug", list_topics())
def test_every_bank_has_enough_lines_and_none_twice(slug: str) -> None:
    banks = get_topic(slug).banks
    for bank in BANKS:
        phrases = [line.phrase for line in banks[bank]]
        assert len(phrases) >= 6, bank
        assert len(set(phrases)) == len(phrases), bank
    for bank in ("strong_minus", "strong_plus"):
        assert len(banks[bank]) >= 24


@pytest.mark.parametrize("slug", list_topics())
def test_both_sides_have_as_much_to_say(slug: str) -> None:
    """A side with fewer lines would sound duller, which is a bias of its own."""
    banks = get_topic(slug).banks
    for bank in ("strong", "mild", "scene", "ask", "reply", "remark"):
        minus, plus = len(banks[f"{bank}_minus"]), len(banks[f"{bank}_plus"])
        assert abs(minus - plus) <= 2, bank


def test_an_unknown_topic_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'astrology' has no texts; known topics are"):
        get_topic("astrology")
