"""What was shown in a step, by whom and to whom: one pass over all impressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from simapp.engine.core.posts import REPOST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.core.batches import FeedBatch
    from simapp.engine.core.posts import Posts
    from simapp.engine.core.threads import Workers

LEANINGS = 5  # equal bins of [-1, 1] for the diversity of exposure


class Shown(NamedTuple):
    """Impressions of posts by users, of V viewers who had any.

    viewers float32[V] opinions; means float64[V]: mean x of the authors shown to each; entropies float64[V] over the
    LEANINGS bins of those authors, in nats; bins int64[LEANINGS]: all of them together; mix int64[2, 2]: impressions by
    side of the viewer and side of the author, negative first.
    """

    viewers: NDArray[np.float32]
    means: NDArray[np.float64]
    entropies: NDArray[np.float64]
    bins: NDArray[np.int64]
    mix: NDArray[np.int64]


def authors_of(posts: Posts) -> NDArray[np.int32]:
    """Return int32[H]: who wrote what each row of the feed window shows; of a repost, the author of the original."""
    out = np.empty(len(posts), np.int32)
    _original_authors(posts.author, posts.kind, posts.parent, posts.base, np.uint8(REPOST), out)
    return out


def by_author(authors: NDArray[np.int32], weights: NDArray[Any], users: int) -> NDArray[np.int64]:
    """Return int64[users]: the sum of whole weights [H] of each user's rows; rows of nobody among them are left out."""
    out = np.zeros(users, np.int64)
    _add_up(authors, weights, out)
    return out


def shown_in(
    feed: FeedBatch, base: int, authors: NDArray[np.int32], x: NDArray[np.float32], workers: Workers
) -> Shown:
    """Return what a feed showed; `base` is the serial of the window's first row, x float32[N] the users' opinions."""
    n = x.shape[0]
    known = (authors >= 0) & (authors < n)
    leaning = np.full(authors.shape[0], np.nan, np.float32)
    leaning[known] = x[authors[known]]
    v, pieces = len(feed) if n else 0, len(feed) // workers.batch + 1
    means, entropies = np.full(v, np.nan), np.zeros(v)
    bins, mix = np.zeros((pieces, LEANINGS), np.int64), np.zeros((pieces, 2, 2), np.int64)
    logs = np.zeros(feed.posts.shape[1] + 1)
    counts = np.arange(1, logs.shape[0])
    logs[1:] = counts * np.log(counts)

    def piece(lo: int, hi: int) -> None:
        at = lo // workers.batch
        here = np.zeros(LEANINGS, np.int64)
        _exposures(
            lo, hi, feed.viewers, feed.posts, base, leaning, x, logs, here, means, entropies, bins[at], mix[at]
        )

    # Whole numbers are added up per piece, so neither their cut nor threads can show.
    workers.run(v, piece)
    seen = ~np.isnan(means)
    return Shown(x[feed.viewers[:v][seen]], means[seen], entropies[seen], bins.sum(axis=0), mix.sum(axis=0))


def times_shown(feed: FeedBatch, posts: Posts) -> NDArray[np.int64]:
    """Return int64[H]: how often each row of the feed window was shown."""
    out = np.zeros(len(posts), np.int64)
    _times_shown(feed.posts, posts.base, out)
    return out


@njit(cache=True, nogil=True)
def _original_authors(author: Any, kind: Any, parent: Any, base: Any, repost: Any, out: Any) -> None:
    """Fill out int32[H] with who wrote what each row shows: a repost shows what its parent does, while it is there."""
    for row in range(author.shape[0]):
        out[row] = author[row]
        if kind[row] == repost and parent[row] >= base:
            out[row] = out[parent[row] - base]


@njit(cache=True, nogil=True, _nrt=False)
def _exposures(
    lo: Any, hi: Any, viewers: Any, posts: Any, base: Any, leaning: Any, x: Any, logs: Any, here: Any,
    means: Any, entropies: Any, bins: Any, mix: Any,
) -> None:  # fmt: skip
    """Of feeds lo .. hi - 1 (posts int64[V, k]): mean and entropy of the authors' leanings; see `Shown`.

    leaning float32[H], NaN without one; logs float64[k + 1]: c ln c; here int64[B]: scratch.
    """
    last, half = here.shape[0] - 1, here.shape[0] / 2.0
    for v in range(lo, hi):
        own, total, shown, same, cross = np.float64(x[viewers[v]]), 0.0, 0, 0, 0
        here[:] = 0
        for j in range(posts.shape[1]):
            row = posts[v, j] - base
            if row < 0 or row >= leaning.shape[0]:
                continue
            other = np.float64(leaning[row])
            if np.isnan(other):
                continue
            total += other
            shown += 1
            here[min(int((other + 1.0) * half), last)] += 1
            same += int(own * other > 0.0)
            cross += int(own * other < 0.0)
        if shown == 0:
            continue
        means[v] = total / shown
        side = int(own > 0.0)
        mix[side, side] += same
        mix[side, 1 - side] += cross
        weighted = 0.0
        for b in range(here.shape[0]):
            bins[b] += here[b]
            weighted += logs[here[b]]
        entropies[v] = np.log(shown) - weighted / shown


@njit(cache=True, nogil=True)
def _times_shown(posts: Any, base: Any, out: Any) -> None:
    """Add to out int64[H] how often each row of the window stands in feeds posts int64[V, k]."""
    for v in range(posts.shape[0]):
        for j in range(posts.shape[1]):
            row = posts[v, j] - base
            if 0 <= row < out.shape[0]:
                out[row] += 1


@njit(cache=True, nogil=True)
def _add_up(authors: Any, weights: Any, out: Any) -> None:
    for row in range(authors.shape[0]):
        if 0 <= authors[row] < out.shape[0]:
            out[authors[row]] += np.int64(weights[row])
