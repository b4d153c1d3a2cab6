"""herd_down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._of_ratings import effect
from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OnDemand):
    """What a first dislike does to the comments below a post, as a judge blind to it rates them."""

    name, label, unit, group = "herd_down", "Herd effect of a first dislike", "points", "comparisons"
    formula = (
        "mean over posts (column post) that are in both arms of (mean rating in the arm down - mean rating in the"
        " arm none); a rating says from 1 to 10 how much a comment opposes the post"
    )
    range = (-9.0, 9.0)
    direction = "below 0 more agreement than without a first vote, above 0 more opposition"
    edge_cases = "missing without a post in both arms"
    null = "the posts' differences, drawn with the sign of each kept or turned, with probability 1/2"
    example = "post,arm,rating | p,down,4 | p,down,6 | p,none,8 | q,down,5 | q,none,3 | q,none,4 | r,down,1 gives -0.75"
    reference = (
        "Yang et al. 2024, OASIS, arXiv:2411.11581; the experiment: Muchnik, Aral & Taylor 2013, Science "
        "341:647-651"
    )
    cost = "O(rows)"
    reads = ("ratings",)

    def score(self, files: Files) -> Score:
        return effect(files, "down", self.name)
