"""Predicted quotes."""

from __future__ import annotations

from recommender.predicted import Predicted


class Here(Predicted):
    """P(quote_post) of a viewer and a post."""

    action = "quote_post"
    name = "p-quote"
    label = "Predicted quote"
    help = "Probability that the viewer quotes the post."
