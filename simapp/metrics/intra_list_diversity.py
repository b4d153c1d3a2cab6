"""intra_list_diversity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.metrics.files import Files


class Here(OnDemand):
    """How different the posts in one feed are."""

    name, label, group = "intra_list_diversity", "Intra-list diversity", "exposure"
    formula = (
        "mean over viewers with at least 2 posts of 1 - (|sum v|^2 - k)/(k (k - 1)), v the vectors of the k posts"
        " shown to the viewer (the columns beside viewer), each divided by its length: 1 - the mean cosine of pairs"
    )
    range = (0.0, 2.0)
    direction = "0 all alike, 1 unrelated, 2 (two posts only) opposite"
    edge_cases = (
        "posts with a vector of length 0 are left out first, from k and from the null too; missing where no viewer"
        " has 2 posts"
    )
    null = (
        "1 - the mean cosine over all pairs of rows in the file: lists dealt out at random; a post shown twice is"
        " two rows"
    )
    example = "viewer,v1,v2 | ann,1,0 | ann,0,2 | ann,3,0 | bob,1,1 | bob,2,2 | bob,0,0 gives 0.3333, null 0.3757"
    reference = "Ziegler et al. 2005, WWW 22-32"
    cost = "O(i d), i posts shown with d numbers each"
    reads = ("feeds",)

    def score(self, files: Files) -> Score:
        table = files.table("feeds")
        vectors, viewers = (
            np.asarray(table.rest, np.float64),
            np.unique(table.words["viewer"], return_inverse=True)[1],
        )
        if not vectors.size:
            return Score()
        length = np.linalg.norm(vectors, axis=1)
        some = length > 0
        unit, viewers = vectors[some] / length[some, None], viewers[some]
        counts = np.bincount(viewers)
        lists = [diversity(unit[viewers == viewer]) for viewer in np.flatnonzero(counts >= 2)]
        return beside(
            float(np.mean(lists)) if lists else None, diversity(unit) if unit.shape[0] > 1 else None
        )


def diversity(unit: NDArray[np.float64]) -> float:
    """Return 1 - the mean cosine over pairs of k >= 2 unit vectors [k, d], in O(k d)."""
    k = int(unit.shape[0])
    total = unit.sum(axis=0)
    cosine = (float(total @ total) - k) / (k * (k - 1))
    return min(2.0, max(0.0, 1.0 - cosine))
