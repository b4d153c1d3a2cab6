"""Predicted replies."""

from __future__ import annotations

from recommender.predicted import Predicted


class Here(Predicted):
    """P(create_comment) of a viewer and a post."""

    action = "create_comment"
    name = "p-reply"
    label = "Predicted reply"
    help = "Probability that the viewer comments on the post."
