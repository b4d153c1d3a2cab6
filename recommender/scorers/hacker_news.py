"""The ranking of Hacker News."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import Board, Turn
from recommender.parts import PostScorer
from simapp.engine.core.world import World

LINKS = "feed/has_link"
NO_LINK = 0.4
FLAME = 20  # posts of a thread above which votes are weighed against it


@njit(cache=True, nogil=True)
def rank(points: Any, minutes: Any, thread: Any, linked: Any, out: Any) -> None:
    """Fill out float64[A] from points int[A] (the author's own included), age float64[A] in minutes, size of the thread
    int[A] (the post included) and whether there is a link bool[A].

    (points - 1)**0.8 / ((minutes + 120) / 60)**1.8, times 0.4 without a link, else times min(1, (points /
    thread)**2) once the thread exceeds 20 (news.arc of the published Arc 3.1: frontpage-rank, contro-factor). A
    base of 0 or less is not raised to a power. The factor for lightweight links is left out: nothing here says
    what a link leads to.
    """
    for i in range(out.shape[0]):
        base = np.float64(points[i]) - 1.0
        if base > 0.0:
            base = base**0.8
        factor = 1.0
        if not linked[i]:
            factor = NO_LINK
        elif thread[i] > FLAME:
            factor = min(1.0, (points[i] / np.float64(thread[i])) ** 2)
        out[i] = base / ((minutes[i] + 120.0) / 60.0) ** 1.8 * factor


class Here(PostScorer):
    """Rank of what the row shows. Points are 1 + likes - dislikes; a link is "://" in the text."""

    name = "hacker-news"
    label = "Hacker News"
    help = "Points over a power of the age; threads with more comments than points are pushed down."

    def prepare(self, world: World, board: Board) -> None:
        """Note of texts that are new to the run whether they hold a link."""
        known = world.extra.get(LINKS, np.zeros(0, np.bool_))
        fresh = [("://" in world.texts[i]) for i in range(known.shape[0], len(world.texts))]
        if fresh or LINKS not in world.extra:
            world.extra[LINKS] = np.concatenate([known, np.array(fresh, np.bool_)])

    def of_posts(self, turn: Turn) -> NDArray[np.float64]:
        world, posts, board = turn.world, turn.world.posts, turn.board
        row = np.maximum(board.original, 0)
        points = 1 + posts.likes[row].astype(np.int64) - posts.dislikes[row]
        steps = np.maximum(world.step - posts.step[row].astype(np.int64), 0)
        minutes = steps * float(world.clock.minutes_per_step)
        linked = (board.text >= 0) & world.extra[LINKS][np.maximum(board.text, 0)]
        out = np.empty(len(posts))
        rank(points, minutes, 1 + posts.comments[row], linked, out)
        return out
