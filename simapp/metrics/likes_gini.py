"""likes_gini."""

from __future__ import annotations

from simapp.metrics._of_counts import OfCounts


class Here(OfCounts):
    """How unequally likes are spread over users."""

    name, label = "likes_gini", "Likes received: Gini"
    formula = (
        "sum (2 i - n - 1) c_(i) / (n sum c), c_(i) the i-th smallest count over all n users; counts are standing"
        " likes of each user's posts, quotes and comments that are in the feed window"
    )
    range = (0.0, 1.0)
    direction = "0 all have the same, 1 - 1/n one has all"
    edge_cases = "missing where nobody has any; users who have none count as 0: without them the figure is lower"
    reference = "Gini 1912; Gastwirth 1972, Review of Economics and Statistics 54:306-316"
    cost = "O(n + h)"
    counted, figure = "likes", "gini"
