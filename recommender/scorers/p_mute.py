"""Predicted mutes."""

from __future__ import annotations

from recommender.predicted import Predicted


class Here(Predicted):
    """P(mute) of a viewer and a post."""

    action = "mute"
    name = "p-mute"
    label = "Predicted mute"
    help = "Probability that the viewer mutes the author upon seeing the post."
