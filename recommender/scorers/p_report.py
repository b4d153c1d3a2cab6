"""Predicted reports."""

from __future__ import annotations

from recommender.predicted import Predicted


class Here(Predicted):
    """P(report_post) of a viewer and a post."""

    action = "report_post"
    name = "p-report"
    label = "Predicted report"
    help = "Probability that the viewer reports the post."
