"""Predicted follows."""

from __future__ import annotations

from recommender.predicted import Predicted


class Here(Predicted):
    """P(follow) of a viewer and a post."""

    action = "follow"
    name = "p-follow"
    label = "Predicted follow"
    help = "Probability that the viewer follows the author upon seeing the post."
