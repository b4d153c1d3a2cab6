"""Which posts and comments stand behind the feeds of a step: gathered for all readers at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.posts import COMMENT, REPOST
from simapp.engine.core.world import World


@njit(cache=True, nogil=True)
def _originals(rows: Any, kind: Any, parent: Any, base: Any, out: Any) -> None:
    for i in range(rows.shape[0]):
        row = rows[i]
        while 0 <= row < kind.shape[0] and kind[row] == REPOST:
            row = parent[row] - base
        out[i] = row if 0 <= row < kind.shape[0] else -1


@njit(cache=True, nogil=True)
def _newest_comments(place: Any, kind: Any, root: Any, base: Any, hidden: Any, out: Any) -> None:
    held = np.zeros(out.shape[0], np.int64)
    for row in range(kind.shape[0] - 1, -1, -1):
        if kind[row] != COMMENT or hidden[row]:
            continue
        under = root[row] - base
        if not 0 <= under < kind.shape[0]:
            continue
        at = place[under]
        if at >= 0 and held[at] < out.shape[1]:
            out[at, held[at]] = row
            held[at] += 1


@dataclass(frozen=True)
class Seen:
    """What V readers see of D distinct posts, by rows of the window.

    posts int64[D] rows, ascending; originals int64[D]: what a repost shows (the post itself else, -1 where gone);
    comments int64[D, c]: the newest under the original, oldest of them first, -1 padding at the end. feed int32[V, k]:
    index into these, -1 padding at the end.
    """

    posts: NDArray[np.int64]
    originals: NDArray[np.int64]
    comments: NDArray[np.int64]
    feed: NDArray[np.int32]


def see(world: World, feed: FeedBatch, comments: int) -> Seen:
    """Return what the feed shows, with at most `comments` comments under a post."""
    posts = world.posts
    rows = posts.rows_of(feed.posts)
    distinct, at = np.unique(rows, return_inverse=True)
    first = int(np.searchsorted(distinct, 0))  # padding comes first
    shown: NDArray[np.int64] = distinct[first:].astype(np.int64)
    originals = np.empty(shown.shape[0], np.int64)
    _originals(shown, posts.kind, posts.parent, posts.base, originals)
    newest = np.full((shown.shape[0], comments), -1, np.int64)
    known = np.unique(originals[originals >= 0])
    if comments and known.shape[0]:
        place = np.full(len(posts), -1, np.int32)
        place[known] = np.arange(known.shape[0], dtype=np.int32)
        found = np.full((known.shape[0], comments), -1, np.int64)
        _newest_comments(place, posts.kind, posts.root, posts.base, world.hidden(slice(None)), found)
        # Newest first with padding behind: ascending rows are ascending in time.
        found = np.sort(np.where(found < 0, len(posts), found), axis=1)
        found[found == len(posts)] = -1
        newest = np.where(originals[:, None] >= 0, found[place[originals]], -1)
    index = (at.reshape(rows.shape) - first).astype(np.int32)
    index[index < 0] = -1
    return Seen(shown, originals, newest, index)


def silenced(world: World, seen: Seen, viewers: NDArray[np.int32]) -> list[list[bool]]:
    """Return bool[V][k]: whether a comment under the post is by somebody whom the viewer has muted; [] for nobody."""
    if not world.mute_count or not seen.comments.size:
        return []
    rows = seen.comments[seen.feed]
    held = (rows >= 0) & (seen.feed >= 0)[:, :, None]
    by = np.broadcast_to(viewers[:, None, None], rows.shape)
    of = np.where(held, world.posts.author[rows], 0)
    muted = world.author_muted(by.ravel(), of.ravel()).reshape(rows.shape) & held
    found: list[list[bool]] = np.any(muted, axis=2).tolist()
    return found


def unmuted(world: World, user: int, rows: list[int]) -> list[int]:
    """Return those of the rows, in their order, whose author `user` has not muted."""
    if not rows or not world.mute_count:
        return rows
    muted = world.author_muted(np.full(len(rows), user, np.int32), world.posts.author[rows]).tolist()
    return [row for row, silent in zip(rows, muted, strict=True) if not silent]


def comment_row(world: World, seen: Seen, user: int, place: int, number: int) -> int:
    """Return the row of comment `number` (from 1) as `user` is shown it under distinct post `place`; -1 for none."""
    rows = unmuted(world, user, [row for row in seen.comments[place].tolist() if row >= 0])
    return rows[number - 1] if 1 <= number <= len(rows) else -1
