"""Posts that say what a feed says already count for less."""

from __future__ import annotations

from recommender.chosen import Chosen
from recommender.parameters import Parameter


class Here(Chosen):
    """Maximal marginal relevance (Carbonell & Goldstein 1998, SIGIR)."""

    name = "mmr"
    label = "Maximal marginal relevance"
    help = "Chooses post after post: a high score counts for it, closeness to what was chosen before against it."
    parameters = (
        Parameter("balance", "Weight of relevance", "1 keeps the order; 0 looks at nothing but difference.",
                  default=0.7, low=0, high=1),
    )  # fmt: skip
