"""Figures of texts, feeds, reach, verdicts and ratings."""

from __future__ import annotations

import numpy as np
import pytest

from simapp.metrics.files import Files, Score, Table
from simapp.metrics.registry import metric_named
from simapp.metrics.wordlist import SCORER


def score(name: str, rest: list[list[float]] | None = None, **columns: list[object]) -> Score:
    kind = metric_named(name).reads[0]
    words = {k: v for k, v in columns.items() if isinstance(v[0], str)}
    numbers = {k: np.array(v, float) for k, v in columns.items() if not isinstance(v[0], str)}
    return metric_named(name).score(
        Files(tables={kind: Table(words, numbers, np.array(rest or []))}, draws=30)
    )


HOSTILE = "you idiots, what a disgrace"


def test_a_text_without_a_word_has_no_score() -> None:
    assert SCORER.toxicity(" 12 !!") is None
    assert SCORER.toxicity("the bus came") == 0.0
    assert SCORER.toxicity(HOSTILE) == pytest.approx(2 / 3)
    assert SCORER.sentiment("the bus came") is None
    assert SCORER.sentiment("Great, a GREAT mess") == pytest.approx(1 / 3)


def test_texts_without_a_score_are_left_out_of_means() -> None:
    texts = ["", HOSTILE, "the bus came", "lovely day", "a bad day"]
    assert score("toxicity_share", text=texts).value == pytest.approx(1 / 4)
    assert score("toxicity_mean", text=texts).value == pytest.approx(2 / 3 / 4)
    assert score("sentiment_mean", text=texts).value == pytest.approx(0.0)
    assert score("toxicity_share", text=["", "!"]) == Score()


def test_a_word_list_is_called_one() -> None:
    for name in ("toxicity_mean", "toxicity_share", "sentiment_mean", "toxicity_gap", "toxicity_agreement"):
        assert "word list sociarium-words, version 1" in metric_named(name).exactness


def test_groups_are_compared_and_labels_are_agreed_with() -> None:
    texts = [HOSTILE, HOSTILE, "the bus", "the bus", "the bus", "the bus"]
    gap = score("toxicity_gap", text=texts, group=["a", "a", "a", "b", "b", "b"])
    assert gap.value == pytest.approx(2 / 3)
    assert 0 < gap.null_mean < gap.value
    labels = ["1", "0", "0", "0", "0", "0"]
    # Agree on 5 of 6; by chance 1/3 * 1/6 + 2/3 * 5/6.
    chance = 1 / 18 + 10 / 18
    assert score("toxicity_agreement", text=texts, label=labels).value == pytest.approx(
        (5 / 6 - chance) / (1 - chance)
    )
    assert score("toxicity_gap", text=texts) == Score()
    assert score("toxicity_agreement", text=texts) == Score()


def test_diversity_of_feeds_is_one_less_the_mean_cosine_of_pairs() -> None:
    vectors = [[2.0, 0.0], [0.0, 3.0], [1.0, 1.0], [5.0, 0.0], [0.0, 0.0]]
    found = score("intra_list_diversity", vectors, viewer=["a", "a", "a", "b", "b"])
    # a: cosines 0, 1/sqrt 2, 1/sqrt 2; b has one post with a direction.
    assert found.value == pytest.approx(1 - (2 / np.sqrt(2)) / 3)
    unit = np.array([[1, 0], [0, 1], [np.sqrt(0.5)] * 2, [1, 0]])
    assert found.null_mean == pytest.approx(1 - ((unit @ unit.T).sum() - 4) / 12)
    assert score("intra_list_diversity", [[1.0], [1.0]], viewer=["a", "b"]).value is None


def test_amplification_is_of_reach_against_the_chronological_arm() -> None:
    columns = {
        "group": ["l", "l", "r", "r"],
        "ranked": [30.0, 10.0, 60.0, 60.0],
        "chronological": [10.0, 10.0, 40.0, 0.0],
    }
    assert score("amplification_ratio", **columns).value == pytest.approx(100 * (160 / 60 - 1))
    assert score("amplification_gap", **columns).value == pytest.approx(100 * (120 / 40 - 40 / 20))
    none = {**columns, "chronological": [0.0] * 4}
    assert score("amplification_ratio", **none).value is None


def test_only_verdicts_that_agree_in_both_orders_count() -> None:
    columns = {
        "forward": ["first", "first", "second", "neutral", "first"],
        "backward": ["second", "first", "first", "neutral", "second"],
    }
    # A, order-bound, B, neutral, A.
    assert score("extremity_share", **columns).value == pytest.approx(2 / 3)
    assert score("neutral_share", **columns).value == pytest.approx(1 / 5)
    chance = (3 * 2 + 1 * 2 + 1 * 1) / 25
    assert score("verdict_agreement", **columns).value == pytest.approx((4 / 5 - chance) / (1 - chance))
    bound = {"forward": ["first"] * 4, "backward": ["first"] * 4}
    assert score("extremity_share", **bound).value is None


def test_the_herd_effect_is_paired_by_post() -> None:
    columns = {
        "post": ["p", "p", "p", "q", "q", "r"],
        "arm": ["up", "up", "none", "up", "none", "up"],
        "rating": [2.0, 4.0, 5.0, 1.0, 2.0, 9.0],
    }
    found = score("herd_up", **columns)
    assert found.value == pytest.approx(((3 - 5) + (1 - 2)) / 2)
    assert score("herd_down", **columns) == Score()
