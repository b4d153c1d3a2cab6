"""Benchmarks that need no run: offline quality of rankings, the cost of metrics, feeds made anew."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from simapp.engine.core.errors import WrongInput
from simapp.metrics import registry


def bench(name: str, **options: object) -> dict:
    out = io.StringIO()
    call_command("bench", name, json=True, stdout=out, **options)
    return json.loads(out.getvalue().splitlines()[-1])


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    """Two hundred people of two tastes: each rated films of their own half, the popular ones more often."""
    dice = np.random.default_rng(5)
    lines = ["userId,movieId,rating,timestamp"]
    for user in range(200):
        weights = 1.0 / (1.0 + np.arange(40))
        films = dice.choice(40, 12, replace=False, p=weights / weights.sum()) * 2 + user % 2
        lines += [f"{user},{film},4.0,{1000 + at}" for at, film in enumerate(films)]
    (tmp_path / "ratings.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_rankings_that_learn_tastes_beat_popularity_on_people_of_two_tastes(ratings: Path) -> None:
    found = bench("recommender", data=str(ratings))
    assert (found["users"], found["items"], found["interactions"]) == (200, 80, 2400)
    rankers = {row["ranker"] for row in found["rows"] if row["split"] == "A"}
    assert {"popularity", "als", "ease"} <= rankers
    assert {row["ranker"] for row in found["rows"] if row["split"] == "B"} == rankers
    assert all(0 <= row["ndcg"] <= 1 for row in found["rows"])
    quality = {row["ranker"]: row["ndcg"] for row in found["rows"] if row["split"] == "A"}
    assert quality["item-knn"] > 1.3 * quality["popularity"]
    assert quality["ease"] > 1.3 * quality["popularity"]
    weakest = min(ndcg for ranker, ndcg in quality.items() if ranker != "popularity")
    assert found["over_popularity"] == pytest.approx(weakest / quality["popularity"], abs=0.01)


def test_the_offline_benchmark_says_what_data_it_wants(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="--data"):
        bench("recommender")
    with pytest.raises(WrongInput, match=r"neither ratings\.csv nor"):
        bench("recommender", data=str(tmp_path))


def test_each_live_metric_is_timed_and_all_of_them_have_a_share_of_the_step() -> None:
    found = bench("metrics", users=500, steps=1)
    assert found["users"] == 500
    assert set(found["metrics"]) == set(registry.live())
    assert all(seconds >= 0 for seconds in found["metrics"].values())
    assert 0 < found["live_share"] < 1
