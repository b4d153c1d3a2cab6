"""likes_theil."""

from __future__ import annotations

from simapp.metrics._of_counts import OfCounts


class Here(OfCounts):
    """How unequally likes are spread over users."""

    name, label = "likes_theil", "Likes received: Theil index"
    formula = (
        "mean over all n users of (c/m) ln(c/m), m the mean count, 0 ln 0 = 0; counts are standing likes of each"
        " user's posts, quotes and comments that are in the feed window"
    )
    range = (0.0, None)
    direction = "0 all have the same, ln n one has all"
    edge_cases = "missing where nobody has any; users who have none count as 0: without them the figure is lower"
    reference = "Theil 1967, Economics and Information Theory"
    cost = "O(n + h)"
    counted, figure = "likes", "theil"
