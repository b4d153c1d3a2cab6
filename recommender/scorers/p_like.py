"""Predicted likes."""

from __future__ import annotations

from recommender.predicted import Predicted


class Here(Predicted):
    """P(like_post) of a viewer and a post."""

    action = "like_post"
    name = "p-like"
    label = "Predicted like"
    help = "Probability that the viewer likes the post."
