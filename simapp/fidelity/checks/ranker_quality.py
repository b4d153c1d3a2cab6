"""Rankings learned from reactions predict better than popularity, and about as well as least squares should."""

from __future__ import annotations

import importlib

from simapp.fidelity.base import Bench, Check, Finding, Missing, judged

ALS = 0.309  # NDCG@10 of a library's ALS (32 factors) on the same split and protocol
RANKERS = ("popularity", "item-knn", "als")


class Here(Check):
    """MovieLens, all interactions positive, seen items left out, full ranking: random 80/20 (A) and last item (B)."""

    order = 23
    expected = (
        "NDCG@10 on A: each learned ranker from 1.3 x popularity on, the best at most 10 % below ALS, 0.309"
    )
    source = "ml-latest-small (Harper & Konstan 2015); anchor computed with the library implicit"
    fast = False
    cost = 25

    def run(self, bench: Bench) -> Finding:
        file = bench.real("ml-latest-small", "ratings.csv.gz")
        try:
            offline = importlib.import_module("recommender.offline")
        except ModuleNotFoundError:
            msg = "needs rankings learned from reactions and their offline evaluation (recommender.offline)"
            raise Missing(msg) from None
        data = offline.read(file)
        found = {
            split: {row["ranker"]: row["ndcg"] for row in offline.evaluate(data, split, RANKERS)}
            for split in "AB"
        }
        popular = found["A"]["popularity"]
        learned = {name: value for name, value in found["A"].items() if name != "popularity"}
        ok = min(learned.values()) >= 1.3 * popular and max(learned.values()) >= 0.9 * ALS
        said = "; ".join(
            f"{split}: {', '.join(f'{name} {value:.3f}' for name, value in rows.items())}"
            for split, rows in found.items()
        )
        return judged(ok, said, f"{1.3 * popular:.3f} and {0.9 * ALS:.3f}")
