"""impressions_theil."""

from __future__ import annotations

from simapp.metrics._of_counts import OfCounts


class Here(OfCounts):
    """How unequally attention is spread over authors."""

    name, label = "impressions_theil", "Impressions: Theil index"
    formula = (
        "mean over all n users of (c/m) ln(c/m), m the mean count, 0 ln 0 = 0; counts are impressions of "
        "the step of each user's posts; of a repost the author of the original counts"
    )
    range = (0.0, None)
    direction = "0 all have the same, ln n one has all"
    edge_cases = "missing where nobody has any; users who have none count as 0: without them the figure is lower"
    reference = "Theil 1967, Economics and Information Theory"
    cost = "O(n + h + i), i impressions of the step"
    counted, figure = "impressions", "theil"
