"""How well rankings learned from reactions predict what was held back, on data from outside.

The protocol, which numbers may only be compared within: every interaction counts as positive; what a user had before is
not ranked; all other items are; NDCG and recall at K over users with something held back. Split A holds 20 % of the
interactions back at random, split B each user's last.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.collaborative import als, ease, knn
from recommender.collaborative.table import Table
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams

K = 10
SEED = 42
_COLUMNS = ("userId", "movieId", "timestamp")


@dataclass(frozen=True)
class Interactions:
    """E interactions: user, item int64[E] numbered from 0; time float64[E]."""

    user: NDArray[np.int64]
    item: NDArray[np.int64]
    time: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of users and items."""
        return int(self.user.max()) + 1, int(self.item.max()) + 1


def read(path: Path) -> Interactions:
    """Read a file of ratings: CSV, plain or gzip, with columns userId, movieId and timestamp; or a folder that
    holds one.

    Raises WrongInput, naming the row, for what is not such a file.
    """
    if path.is_dir():
        found = [path / name for name in ("ratings.csv", "ratings.csv.gz") if (path / name).is_file()]
        if not found:
            raise WrongInput(f"--data is {path}; that folder holds neither ratings.csv nor ratings.csv.gz.")
        path = found[0]
    if not path.is_file():
        raise WrongInput(f"--data is {path}; there is no such file or folder.")
    rows = []
    try:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise WrongInput(f"{path} has no column {missing[0]}; needed are {', '.join(_COLUMNS)}.")
            for number, row in enumerate(reader, start=2):
                try:
                    rows.append((int(row["userId"]), int(row["movieId"]), float(row["timestamp"])))
                except (TypeError, ValueError):
                    raise WrongInput(f"{path}, row {number}: userId, movieId and timestamp must be numbers.") from None
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as problem:
        raise WrongInput(f"{path} cannot be read: {problem}.") from None
    if not rows:
        raise WrongInput(f"{path} holds no ratings.")
    user, item, time = (np.array(column) for column in zip(*rows, strict=True))
    return Interactions(
        np.unique(user, return_inverse=True)[1], np.unique(item, return_inverse=True)[1], time.astype(np.float64)
    )


def held_back(data: Interactions, split: str) -> NDArray[np.bool_]:
    """Return bool[E], what is held back: split "A" 20 % at random, "B" each user's last (of equal times the higher
    item)."""
    if split == "A":
        return Streams(SEED).uniform("offline/split", user=data.user, item=data.item) < 0.2
    order = np.lexsort((data.item, data.time, data.user))
    last = np.append(np.diff(data.user[order]) != 0, True)
    out = np.zeros(data.user.shape[0], np.bool_)
    out[order[last]] = True
    return out


def rank_quality(scores: Callable[[int], NDArray[np.float64]], known: Table, wanted: Table) -> tuple[float, float]:
    """Return (NDCG@K, recall@K), means over users with something wanted.

    scores(user) -> float64[I]; known items are not ranked; equal scores: the lower item first. NDCG divides by the best
    that the user's number of wanted items allows.
    """
    discount = 1.0 / np.log2(np.arange(K) + 2.0)
    gains, recalls = [], []
    for user in range(wanted.users):
        right = wanted.items[wanted.indptr[user] : wanted.indptr[user + 1]]
        if not right.shape[0]:
            continue
        mine = scores(user).copy()
        mine[known.items[known.indptr[user] : known.indptr[user + 1]]] = -np.inf
        top = np.argsort(-mine, kind="stable")[:K]
        hit = np.isin(top, right)
        gains.append(float((hit * discount).sum() / discount[: min(K, right.shape[0])].sum()))
        recalls.append(float(hit.sum() / right.shape[0]))
    return float(np.mean(gains)), float(np.mean(recalls))


def rankers(table: Table) -> dict[str, Callable[[], Callable[[int], NDArray[np.float64]]]]:
    """Return by name what fits a ranker and returns its scores of a user."""

    def history(user: int) -> NDArray[np.int32]:
        return table.items[table.indptr[user] : table.indptr[user + 1]]

    def popularity() -> Callable[[int], NDArray[np.float64]]:
        counts = np.bincount(table.items, minlength=table.count).astype(np.float64)
        return lambda _user: counts

    def neighbours() -> Callable[[int], NDArray[np.float64]]:
        fitted = knn.fit(table)

        def scores(user: int) -> NDArray[np.float64]:
            out = np.zeros(table.count)
            knn.add_up(history(user), fitted.indptr, fitted.items, fitted.closeness, out)
            return out

        return scores

    def factors() -> Callable[[int], NDArray[np.float64]]:
        drawn = Streams(SEED).normal("offline/als", user=np.arange(table.count)[:, None], item=np.arange(als.FACTORS))
        users, items = als.fit(table, 0.1 * drawn)
        return lambda user: items @ users[user]

    def autoencoder() -> Callable[[int], NDArray[np.float64]]:
        weights = ease.fit(table)
        return lambda user: weights[history(user)].sum(axis=0)

    return {"popularity": popularity, "item-knn": neighbours, "als": factors, "ease": autoencoder}


def evaluate(data: Interactions, split: str, names: tuple[str, ...] | None = None) -> list[dict[str, Any]]:
    """Fit and measure rankers (None = all) on a split; rows of ranker, split, ndcg, recall (B: hit rate), users."""
    back = held_back(data, split)
    known = Table.of(data.user[~back], data.item[~back], data.shape)
    wanted = Table.of(data.user[back], data.item[back], data.shape)
    rows = []
    for name, make in rankers(known).items():
        if names is None or name in names:
            ndcg, recall = rank_quality(make(), known, wanted)
            users = int((np.diff(wanted.indptr) > 0).sum())
            rows.append({"ranker": name, "split": split, "ndcg": ndcg, "recall": recall, "users": users})
    return rows
