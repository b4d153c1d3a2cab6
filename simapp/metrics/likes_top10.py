"""likes_top10."""

from __future__ import annotations

from simapp.metrics._of_counts import OfCounts


class Here(OfCounts):
    """How unequally likes are spread over users."""

    name, label = "likes_top10", "Likes received: Share of the top 10 %"
    formula = (
        "what the ceil(n/10) users with most have / all there is; counts are standing likes of each user's posts,"
        " quotes and comments that are in the feed window"
    )
    range = (0.0, 1.0)
    direction = "0.1 all have the same, 1 they have all"
    edge_cases = "missing where nobody has any; users who have none count as 0: without them the figure is lower"
    reference = (
        "Piketty & Saez 2003, Quarterly Journal of Economics 118:1-41 (top shares); of posts 0.8: Pew "
        "Research Center 2019"
    )
    cost = "O(n + h)"
    counted, figure = "likes", "top10"
