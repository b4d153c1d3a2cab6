"""A collaborative feed recommends better than popularity, and about as well as least squares."""

from __future__ import annotations

from simapp.fidelity.base import Bench, Check, Finding, skipped


class Here(Check):
    """MovieLens, all interactions positive, full ranking, random 80/20 and last item."""

    order = 23
    expected = "NDCG@10 at least 1.3 x popularity and at most 10 % below ALS (0.309) on the random split"
    source = "ml-latest-small (Harper & Konstan 2015); anchors of the project's validity notes, section 5"

    def run(self, bench: Bench) -> Finding:
        return skipped("needs the collaborative feed and its offline evaluation")
