"""Quality on held-back interactions: the protocol, by hand, and the bar on real data."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import pytest

from recommender import offline
from recommender.collaborative.table import Table
from simapp.engine.core.errors import WrongInput

HEAD = "userId,movieId,rating,timestamp\n"


def test_ndcg_and_recall_by_hand():
    """Items 0 and 1 are known; 2 .. 4 wanted. Ranked: 5, 2, 6, 3, then the rest."""
    known = Table.of(np.array([0, 0]), np.array([0, 1]), (2, 20))
    wanted = Table.of(np.array([0, 0, 0]), np.array([2, 3, 4]), (2, 20))
    scores = np.zeros(20)
    scores[[0, 5, 2, 6, 3]] = [9, 8, 7, 6, 5]
    scores[4] = -1
    ndcg, recall = offline.rank_quality(lambda _user: scores, known, wanted)
    best = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / best)
    assert recall == pytest.approx(2 / 3)


def test_split_b_holds_each_users_last_back():
    data = offline.Interactions(np.array([0, 0, 1, 1]), np.array([3, 1, 2, 0]), np.array([5.0, 9.0, 7.0, 7.0]))
    assert offline.held_back(data, "B").tolist() == [False, True, True, False]


def test_split_a_holds_a_fifth_back_and_does_not_hang_on_the_order_of_rows():
    user, item = np.divmod(np.arange(20_000), 200)
    data = offline.Interactions(user, item, np.zeros(20_000))
    back = offline.held_back(data, "A")
    assert back.mean() == pytest.approx(0.2, abs=0.01)
    turned = offline.Interactions(user[::-1], item[::-1], np.zeros(20_000))
    assert (offline.held_back(turned, "A")[::-1] == back).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("userId,movieId\n1,2\n", "has no column timestamp"),
        (HEAD + "1,2,3,4\n1,x,3,4\n", "row 3: userId, movieId and timestamp must be numbers"),
        (HEAD, "holds no ratings"),
    ],
)
def test_a_file_that_is_no_list_of_ratings_is_refused_by_row(tmp_path, text, said):
    path = tmp_path / "ratings.csv"
    path.write_text(text)
    with pytest.raises(WrongInput, match=said):
        offline.read(tmp_path)


def test_a_damaged_archive_and_a_missing_file_are_refused(tmp_path):
    path = tmp_path / "ratings.csv.gz"
    path.write_bytes(gzip.compress(HEAD.encode() * 50)[:40])
    with pytest.raises(WrongInput, match="cannot be read"):
        offline.read(path)
    with pytest.raises(WrongInput, match="no such file"):
        offline.read(tmp_path / "other.csv")
    with pytest.raises(WrongInput, match="holds neither"):
        offline.read(tmp_path / "..")


def test_rankings_learn_what_popularity_cannot_know():
    """Two groups with tastes of their own, of equal size: learned rankings tell them apart."""
    draws = np.random.default_rng(1)
    user, item = np.nonzero(draws.random((60, 40)) < np.where((np.arange(60)[:, None] + np.arange(40)) % 2, 0.6, 0.02))
    data = offline.Interactions(user, item, draws.random(user.shape[0]))
    found = {row["ranker"]: row["ndcg"] for row in offline.evaluate(data, "A")}
    assert min(found["als"], found["item-knn"], found["ease"]) > 1.3 * found["popularity"]


def test_on_real_ratings_every_quick_ranking_meets_the_bar(shared_data: Path):
    """The autoencoder inverts a matrix of 9,066 rows and is left to `manage.py bench recommender`."""
    folder = shared_data / "ml-latest-small"
    if not folder.is_dir():
        pytest.skip("the real data (../shared/data/ml-latest-small) are not on this machine")
    rows = offline.evaluate(offline.read(folder), "A", ("popularity", "item-knn", "als"))
    found = {row["ranker"]: row["ndcg"] for row in rows}
    assert found["popularity"] == pytest.approx(0.176, abs=0.01)
    assert found["als"] == pytest.approx(0.311, abs=0.015)
    assert found["item-knn"] >= max(1.3 * found["popularity"], 0.9 * found["als"])
