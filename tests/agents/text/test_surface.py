"""The surface of English."""

from __future__ import annotations

import pytest

from agents.text.surface import article, drop_last_stop, number, plural, slip, tidy


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("orchard", "an"),
        ("field", "a"),
        ("hour of work", "an"),
        ("heron", "a"),
        ("union", "a"),
        ("useful tip", "a"),
        ("umbrella", "an"),
        ("one-bed flat", "a"),
        ("8 minute wait", "an"),
        ("18 storey block", "an"),
        ("11 year queue", "an"),
        ("12 year queue", "a"),
        ("180 page plan", "a"),
        ("110 page plan", "a"),
        ("80 page plan", "an"),
        ("800 page plan", "an"),
        ('"affordable" flat', "an"),
    ],
)
def test_the_article_follows_the_sound(words: str, expected: str) -> None:
    assert article(words) == expected


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("week", "weeks"),
        ("box", "boxes"),
        ("bus", "buses"),
        ("injury", "injuries"),
        ("day", "days"),
        ("person", "people"),
        ("child", "children"),
        ("bus stop", "bus stops"),
    ],
)
def test_nouns_have_their_plural(noun: str, expected: str) -> None:
    assert plural(noun) == expected


def test_small_numbers_are_spelled_out_only_where_asked() -> None:
    assert number(3, spelled=True) == "three"
    assert number(3, spelled=False) == "3"
    assert number(12, spelled=True) == "12"
    assert number(1400, spelled=False) == "1,400"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("build the flats", "Build the flats."),
        ("look,  build the flats .", "Look, build the flats."),
        ("no. who asked? nobody", "No. Who asked? Nobody."),
        ("walked past and... nothing", "Walked past and... nothing."),
        ('"did me no harm" he typed. sure', '"Did me no harm" he typed. Sure.'),
    ],
)
def test_sentences_are_tidied(raw: str, expected: str) -> None:
    assert tidy(raw) == expected


def test_only_a_single_full_stop_is_dropped() -> None:
    assert drop_last_stop("Fine.") == "Fine"
    assert drop_last_stop("Fine...") == "Fine..."
    assert drop_last_stop("Fine?") == "Fine?"


def test_a_slip_changes_one_place_or_nothing() -> None:
    assert slip("the end of the road and so on", 0.0) != "the end of the road and so on"
    assert slip("Nope", 0.5) == "Nope"
