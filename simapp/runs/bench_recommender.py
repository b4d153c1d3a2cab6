"""The benchmark of collaborative rankings: quality on held-back interactions, and whether they are worth shipping."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from recommender.offline import evaluate, read

if TYPE_CHECKING:
    from pathlib import Path

OVER_POPULARITY, OF_ALS = 1.3, 0.9


def bench_recommender(path: Path, splits: tuple[str, ...] = ("A", "B")) -> dict[str, Any]:
    """Measure all rankers on both splits (see `recommender/offline.py`).

    meets_bar: whether on split A every collaborative ranker has an NDCG of at least 1.3 times popularity's and 0.9
    times that of alternating least squares.
    """
    data = read(path)
    began = time.perf_counter()
    rows = []
    for split in splits:
        measured = evaluate(data, split)
        rows += [row | {name: round(row[name], 4) for name in ("ndcg", "recall")} for row in measured]
    on_a = {row["ranker"]: row["ndcg"] for row in rows if row["split"] == "A"}
    learned = [ndcg for name, ndcg in on_a.items() if name != "popularity"]
    return {
        "users": data.shape[0],
        "items": data.shape[1],
        "interactions": int(data.user.shape[0]),
        "rows": rows,
        "over_popularity": round(min(learned) / on_a["popularity"], 3),
        "of_als": round(min(learned) / on_a["als"], 3),
        "meets_bar": min(learned) >= max(OVER_POPULARITY * on_a["popularity"], OF_ALS * on_a["als"]),
        "seconds": round(time.perf_counter() - began, 2),
    }
