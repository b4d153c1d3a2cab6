"""impressions_top10."""

from __future__ import annotations

from simapp.metrics._of_counts import OfCounts


class Here(OfCounts):
    """How unequally attention is spread over authors."""

    name, label = "impressions_top10", "Impressions: Share of the top 10 %"
    formula = (
        "what the ceil(n/10) users with most have / all there is; counts are impressions of the step of "
        "each user's posts; of a repost the author of the original counts"
    )
    range = (0.0, 1.0)
    direction = "0.1 all have the same, 1 they have all"
    edge_cases = "missing where nobody has any; users who have none count as 0: without them the figure is lower"
    reference = (
        "Piketty & Saez 2003, Quarterly Journal of Economics 118:1-41 (top shares); of posts 0.8: Pew "
        "Research Center 2019"
    )
    cost = "O(n + h + i), i impressions of the step"
    counted, figure = "impressions", "top10"
