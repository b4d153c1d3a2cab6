"""shadow_gini."""

from __future__ import annotations

from simapp.metrics.shadows import EXAMPLE, OfShadows


class Here(OfShadows):
    """How unequally another preset would have spread impressions over authors."""

    name, label = "shadow_gini", "Exposure Gini of a shadow feed"
    formula = (
        "sum (2 i - n - 1) c_(i) / (n sum c), c_(i) the i-th smallest, over all n users, of how often a user's"
        " posts are in the preset's first k (feed.k) for the sampled viewers; of a repost the author of the"
        " original counts"
    )
    range = (0.0, 1.0)
    direction = "0 everybody is shown alike \u2026 1 one author is shown alone"
    edge_cases = "missing where nothing by a user would be shown; a sample of viewers makes it larger than that of all"
    example = EXAMPLE + " gives 0.375, null 0.5"
