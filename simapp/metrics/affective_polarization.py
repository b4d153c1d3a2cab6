"""affective_polarization."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core import ids
from simapp.metrics.base import Metric, point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(Metric):
    """How much warmer users react to their own side than to the other, in votes."""

    name, label, group = "affective_polarization", "Affective polarization", "affect"
    formula = (
        "mean w of votes on the own side - mean w of votes on the other side, over the votes of the step (like_post"
        " with w = 1 and dislike_post with w = -1, done); the sides are those of the voter's x and of the x of who"
        " wrote the post"
    )
    range = (-2.0, 2.0)
    direction = "2 own side liked and other side disliked without exception, 0 no difference, -2 the reverse"
    edge_cases = (
        "missing without a vote on the own side or without one on the other: no contact is not warmth; users at"
        " exactly 0, artificial votes and votes on comments are left out, and one taken back counts; on platforms"
        " without dislikes always 0"
    )
    null = "0: votes that know no side"
    reference = (
        "Iyengar, Sood & Lelkes 2012, Public Opinion Quarterly 76:405-431, with votes instead of a "
        "thermometer"
    )
    cost = "O(e)"
    usual = False

    def compute(self, view: View) -> MetricPoint:
        events, x = view.events, view.column
        like, dislike = (view.codes.get(name, -1) for name in ("like_post", "dislike_post"))
        votes = (events.code == like) | (events.code == dislike)
        votes &= (events.outcome == 0) & (events.actor != ids.SYSTEM)
        # A vote's event names no user: who wrote the post (of a repost the original) is part of its identity.
        author, _, _ = ids.split_post_key(events.post)
        votes &= (author >= 0) & (author < x.shape[0])
        one, other = x[events.actor[votes]], x[author[votes]]
        w = np.where(events.code[votes] == like, 1.0, -1.0)
        same, cross = one * other > 0, one * other < 0
        if not same.any() or not cross.any():
            return point(None, 0.0)
        return point(w[same].mean() - w[cross].mean(), 0.0)
