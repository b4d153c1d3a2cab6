"""Predicted reposts."""

from __future__ import annotations

from recommender.predicted import Predicted


class Here(Predicted):
    """P(repost) of a viewer and a post."""

    action = "repost"
    name = "p-repost"
    label = "Predicted repost"
    help = "Probability that the viewer reposts the post."
