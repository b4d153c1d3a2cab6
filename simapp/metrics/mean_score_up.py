"""mean_score_up."""

from __future__ import annotations

from simapp.metrics._first_vote import MeanScore


class Here(MeanScore):
    """What an artificial first like does to a post."""

    name, label, arm = "mean_score_up", "Mean score after a first like", 1
    formula = (
        "mean of likes - dislikes - 1 over posts of the feed window that were given an artificial first like (arm 1"
        " in posts.csv), likes and dislikes standing, the artificial one (which the 1 takes off) among them"
    )
