"""Predicted dislikes."""

from __future__ import annotations

from recommender.predicted import Predicted


class Here(Predicted):
    """P(dislike_post) of a viewer and a post."""

    action = "dislike_post"
    name = "p-dislike"
    label = "Predicted dislike"
    help = "Probability that the viewer dislikes the post: not interested."
