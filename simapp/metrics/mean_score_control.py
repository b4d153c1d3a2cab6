"""mean_score_control."""

from __future__ import annotations

from simapp.metrics._first_vote import MeanScore


class Here(MeanScore):
    """What posts get that were left alone while others were given a first vote."""

    name, label, arm = "mean_score_control", "Mean score without a first vote", 0
    formula = (
        "mean of standing likes - standing dislikes over untreated posts (arm 0 in posts.csv; kind post: no"
        " reposts, quotes or comments) of the feed window, written from the step of the first to that of the last"
        " treated post in the window, both steps included"
    )
    direction = "higher means more likes per dislike"
    edge_cases = (
        "missing while no treated post is in the feed window: posts written before the first and after the"
        " last treated one are no fair comparison and are left out, and so are removed posts (a done remove_post in"
        " events.csv and no restore_post after it); a removed treated post still sets that range"
    )
    null = "none"
