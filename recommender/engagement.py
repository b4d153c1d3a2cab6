"""How likely a viewer is to act on a post: predicted from what was shown and what came of it.

Every feed that weighs predicted engagement stands on these estimates, action by action:

    odds(viewer, post) = base / (1 - base) * V * P * S          probability = odds / (1 + odds)

V is the odds ratio of the viewer's own rate to the base rate; P that of the post's rate; S that of the viewer's
interest in the text, s / (1 - s) with s = (1 + cosine) / 2 kept between 0.05 and 0.95 (1 where nothing is
known). Rates are counts over impressions, drawn towards what is known without them: (count + PRIOR * before) /
(impressions + PRIOR). A post's `before` is its author's rate, an author's and a viewer's the base rate
(empirical Bayes as in Efron & Morris 1975, JASA 70). The odds multiply as if the three said independent things
(naive Bayes). Base rates are fixed, so that a post's probability depends on no other post.

In the world: `extra["feed/acted"]` and `extra["feed/drawn"]` int32[N, 1 + A]: impressions seen and actions taken
by each user; impressions of each user's posts and the actions they drew. `extra["feed/shown"]` int32[H]:
impressions of each hot post, from the serial `extra["feed/shown_from"]` int64[1] on. Impressions and actions
through a repost count for what it shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.board import originals_of
from simapp.engine.core.batches import EventBatch, FeedBatch
from simapp.engine.core.world import World

if TYPE_CHECKING:
    from recommender.board import Board

ACTED, DRAWN, SHOWN, SHOWN_FROM = "feed/acted", "feed/drawn", "feed/shown", "feed/shown_from"
# Shares of impressions that are acted on before anything is known. Our assumption, in the range of published rates
# (reposts 0.1 to 3 % of impressions); 50 impressions of one's own outweigh them.
BASE = {
    "like_post": 0.02,
    "repost": 0.004,
    "quote_post": 0.001,
    "create_comment": 0.005,
    "follow": 0.001,
    "dislike_post": 0.0005,
    "mute": 0.0001,
    "report_post": 0.00002,
}
ACTIONS = tuple(BASE)
PRIOR = 50.0
_COUNTERS = {"like_post": "likes", "dislike_post": "dislikes", "create_comment": "comments", "report_post": "reports"}


@njit(cache=True, nogil=True)
def _count_shown(
    viewers: Any, posts: Any, base: Any, original: Any, author: Any, acted: Any, drawn: Any, shown: Any
) -> None:
    for v in range(viewers.shape[0]):
        for j in range(posts.shape[1]):
            row = posts[v, j] - base
            if posts[v, j] < 0 or row < 0 or row >= original.shape[0] or original[row] < 0:
                continue
            at = original[row]
            acted[viewers[v], 0] += 1
            shown[at] += 1
            if author[at] < drawn.shape[0]:
                drawn[author[at], 0] += 1


def learn(world: World, events: EventBatch, shown: FeedBatch, codes: Mapping[str, int]) -> None:
    """Count what was shown and what users did about it; refused actions and the scenario's own count for nothing."""
    ensure(world)
    original = originals_of(world)
    extra, users = world.extra, len(world.users)
    _count_shown(
        shown.viewers, shown.posts, np.int64(world.posts.base), original, world.posts.author, extra[ACTED],
        extra[DRAWN], extra[SHOWN],
    )  # fmt: skip
    done = events.take((events.outcome == 0) & (events.actor >= 0) & (events.actor < users))
    for column, action in enumerate(ACTIONS, start=1):
        if action not in codes:
            continue
        mine = done.take(done.code == codes[action])
        np.add.at(extra[ACTED][:, column], mine.actor, 1)
        author = mine.user if action in ("follow", "mute") else _writers(world, mine, original)
        known = (author >= 0) & (author < users)
        np.add.at(extra[DRAWN][:, column], author[known], 1)


def _writers(world: World, events: EventBatch, original: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return int64[E]: who wrote what an action was about (of a repost: of what it shows); -1 where it is not hot."""
    order = np.argsort(world.posts.key, kind="stable")
    keys = world.posts.key[order]
    target = np.where(events.target >= 0, events.target, events.post)
    at = np.minimum(np.searchsorted(keys, target), max(keys.shape[0] - 1, 0))
    if not keys.shape[0]:
        return np.full(target.shape[0], -1, np.int64)
    row = np.where(keys[at] == target, order[at], -1)
    source = np.where(row >= 0, original[np.minimum(row, original.shape[0] - 1)], -1)
    return np.where(source >= 0, world.posts.author[np.maximum(source, 0)], -1).astype(np.int64)


def ensure(world: World) -> None:
    """Make room in `world.extra` for every user and hot post."""
    extra, users, posts = world.extra, len(world.users), world.posts
    if ACTED not in extra:
        extra[ACTED] = np.zeros((users, 1 + len(ACTIONS)), np.int32)
        extra[DRAWN] = np.zeros((users, 1 + len(ACTIONS)), np.int32)
        extra[SHOWN], extra[SHOWN_FROM] = np.zeros(0, np.int32), np.array([posts.base], np.int64)
    gone = posts.base - int(extra[SHOWN_FROM][0])
    held = extra[SHOWN]
    if gone or held.shape[0] != len(posts):
        fresh = np.zeros(len(posts), np.int32)
        kept = held[gone:][: len(posts)]
        fresh[: kept.shape[0]] = kept
        extra[SHOWN], extra[SHOWN_FROM] = fresh, np.array([posts.base], np.int64)


def post_odds(world: World, board: Board, action: str) -> NDArray[np.float64]:
    """Return float64[H]: the base odds of an action times P, of what each row shows."""
    base, column = BASE[action], 1 + ACTIONS.index(action)
    drawn, posts = world.extra[DRAWN], world.posts
    by_author = (drawn[:, column] + PRIOR * base) / (drawn[:, 0] + PRIOR)
    writer = board.writer
    known = writer < by_author.shape[0]  # the scenario's own posts have no author who is known
    before = np.where(known, by_author[np.where(known, writer, 0)], base)
    row = np.maximum(board.original, 0)
    shown = world.extra[SHOWN][row]
    if action in _COUNTERS:
        rate = (getattr(posts, _COUNTERS[action])[row] + PRIOR * before) / (shown + PRIOR)
    elif action in ("repost", "quote_post"):
        # Reposts and quotes share one counter: each takes its share by base rate.
        part = base / (BASE["repost"] + BASE["quote_post"])
        rate = (posts.shares[row] * part + PRIOR * before) / (shown + PRIOR)
    else:
        rate = before
    rate = np.minimum(rate, 0.999)
    return np.asarray(rate / (1.0 - rate), np.float64)


def viewer_ratio(world: World, viewers: NDArray[np.int32], action: str) -> NDArray[np.float64]:
    """Return V float64[V] of viewers int32[V]."""
    base, column = BASE[action], 1 + ACTIONS.index(action)
    acted = world.extra[ACTED][viewers]
    rate = np.minimum((acted[:, column] + PRIOR * base) / (acted[:, 0] + PRIOR), 0.999)
    return np.asarray(rate / (1.0 - rate) * ((1.0 - base) / base), np.float64)


@njit(cache=True, nogil=True)
def fill(indptr: Any, rows: Any, viewer: Any, post: Any, interest: Any, out: Any) -> None:
    """Fill out float64[C] with probabilities from V float64[V], base odds times P float64[H] and S float64[C]."""
    for v in range(indptr.shape[0] - 1):
        for j in range(indptr[v], indptr[v + 1]):
            odds = viewer[v] * post[rows[j]] * interest[j]
            out[j] = odds / (1.0 + odds)


def interest_ratio(similarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return S float64[C] of similarities float64[C] in [0, 1]."""
    kept = np.clip(similarity, 0.05, 0.95)
    return np.asarray(kept / (1.0 - kept), np.float64)

