"""A diverse choice of X's ranking of 2026."""

from __future__ import annotations

from recommender.chosen import Chosen
from recommender.parameters import Parameter


class Here(Chosen):
    """Greedy choice from a determinantal point process (Chen, Zhang & Zhou 2018, NeurIPS) among the first 150 posts.

    theta 0.65 and 150 as in X's published code of August 2026.
    """

    name = "dpp"
    label = "Determinantal choice"
    help = "Chooses post after post: a high score counts for it, and what its text adds to those chosen before."
    most, by_dpp = 150, True
    parameters = (
        Parameter("theta", "Weight of relevance", "1 keeps the order; 0 looks at nothing but difference.",
                  default=0.65, low=0, high=1),
    )  # fmt: skip
