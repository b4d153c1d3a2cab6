"""Ratings of comments by the arm of an experiment that their post was in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simapp.metrics.files import Files


def effect(files: Files, arm: str, purpose: str) -> Score:
    """Return the mean over posts of (mean rating in `arm` - mean rating in none), beside random signs."""
    table = files.table("ratings")
    posts = np.unique(table.words["post"], return_inverse=True)[1]
    arms, rating = np.array(table.words["arm"]), table.numbers["rating"]
    means = []
    for here in (arms == arm, arms == "none"):
        count = np.bincount(posts[here], minlength=posts.max() + 1)
        total = np.bincount(posts[here], weights=rating[here], minlength=posts.max() + 1)
        means.append(np.where(count > 0, total / np.maximum(count, 1), np.nan))
    change = means[0] - means[1]
    change = change[~np.isnan(change)]
    if not change.shape[0]:
        return Score()

    def flipped() -> Iterator[float]:
        for draw in range(files.draws):
            signs = (
                files.streams.uniform(f"measure/{purpose}", step=draw, user=np.arange(change.shape[0])) < 0.5
            )
            yield float(np.where(signs, change, -change).mean())

    return against(float(change.mean()), flipped())
