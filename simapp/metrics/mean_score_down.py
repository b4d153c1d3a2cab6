"""mean_score_down."""

from __future__ import annotations

from simapp.metrics._first_vote import MeanScore


class Here(MeanScore):
    """What an artificial first dislike does to a post."""

    name, label, arm = "mean_score_down", "Mean score after a first dislike", -1
    formula = (
        "mean of likes - dislikes + 1 over posts of the feed window that were given an artificial first dislike"
        " (arm -1 in posts.csv), likes and dislikes standing, the artificial one (which the 1 makes up for) among"
        " them"
    )
    direction = "below the untreated posts: the first vote drew more of its kind (herding)"
