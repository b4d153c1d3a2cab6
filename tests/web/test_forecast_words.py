"""Forecasts in words: no digit that a forecast does not know, and a limit in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from simapp.models import ModelForecast
from simapp.web.forecast_words import Shown


def shown(**found: Any) -> Shown:
    names = ("decisions", "tokens_in", "tokens_out", "tokens_cached", "money", "seconds", "all_seconds")
    totals = {name: [0.0, 0.0, 0.0] for name in names}
    whole = {"totals": totals, "memory": [], "limits": [], "lines": [], "asked": 20, "known": 0,
             "took": {"tokens": 23_456, "money": 0.0123}}  # fmt: skip
    return Shown(ModelForecast(status="done", found={**whole, **found}))


def test_amounts_have_three_digits_and_an_interval_and_what_is_nothing_is_left_out() -> None:
    totals = {
        **shown().found["totals"],
        "decisions": [204.0] * 3,
        "tokens_in": [1_123_456.0, 1_412_999.0, 1_701_000.0],
    }
    totals |= {"tokens_out": [12_340.0, 23_456.0, 34_567.0], "money": [0.0912, 1.2345, 12.3]}

    assert shown(totals=totals, memory=[{"model": "m", "bytes": 1_240_000_000}]).rows == [
        ("questions", "204", ""),
        ("tokens in", "1.41 M", "1.12 M – 1.7 M"),
        ("tokens out", "23\u202f500", "12\u202f300 – 34\u202f600"),
        ("money", "1.23", "0.091 – 12.30"),
        ("model memory", "1.24 GB", "weights"),
    ]


@pytest.mark.parametrize(
    ("at", "reached", "said"),
    [
        (
            [111, 132, 166],
            True,
            "Reaches the limit of 900\u202f000 tokens after about step 132 (111 to 166) of 240",
        ),
        ([111, 132, None], True, "after about step 132 (from 111) of 240"),
        ([3, 3, 3], True, "after about step 3 of 240"),
        ([231, None, None], True, "May reach the limit of 900\u202f000 tokens, not before step 231 of 240"),
        ([None, None, None], False, "Stays below the limit of 900\u202f000 tokens."),
    ],
)
def test_a_limit_says_whether_and_when_it_is_reached(at: list[int | None], reached: bool, said: str) -> None:
    limit = {"name": "tokens", "limit": 900_000, "then": "pause", "steps": 240, "at": at}

    [(marked, sentence)] = shown(limits=[limit]).limits

    assert marked is reached
    assert said in sentence
    assert ("the run then pauses" in sentence) is reached


def test_what_the_forecast_itself_took_is_said() -> None:
    assert shown(known=3).took == (
        "From 20 questions, 3 of which the reply cache knew; they took 23\u202f500 tokens and 0.012 of money."
    )
