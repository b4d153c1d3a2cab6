"""The tree of reposts and quotes under a root post, kept up to date one leaf at a time.

A cascade has the root post and every repost (kind REPOST) and quote (kind QUOTE) that names it as
its root; a quote is a child like a repost, comments are not part of it. Sizes count nodes: a user
reposts a root at most once, so without quotes the size is also the number of distinct sharers with
the author; a user who quotes twice is two nodes.

Structural virality and its Wiener index follow Goel, Anderson, Hofman & Watts (2016, "The structural
virality of online diffusion", Management Science 62:180-196): v = 2 W / (n (n - 1)), where W is the sum
of distances over unordered pairs of nodes. A leaf attached under p adds D(p) + n to W, with D(p) the
sum of distances from p to the n nodes that were there before,
    D(p) = sum of depths + sum over the path from below the root to p of (n - 2 s(v)),
s(v) the size of the subtree of v. Integers throughout, so the result is exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from simapp.engine.core.posts import QUOTE, REPOST, Posts

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DEEPEST = np.iinfo(np.int16).max


@njit(cache=True, nogil=True)
def _attach(
    rows: Any,
    base: Any,
    roots: Any,
    parents: Any,
    depth: Any,
    below: Any,
    size: Any,
    depth_sum: Any,
    wiener: Any,
    max_depth: Any,
) -> None:
    for j in range(rows.shape[0]):
        row = rows[j]
        root, node = roots[row] - base, parents[row] - base
        n = np.int64(size[root])
        distances, level = depth_sum[root], np.int64(1)
        while node != root:
            distances += n - 2 * np.int64(below[node])
            below[node] += 1
            level += 1
            node = parents[node] - base
        below[root] += 1
        below[row] = 1
        depth[row] = min(level, _DEEPEST)
        wiener[root] += distances + n
        depth_sum[root] += level
        size[root] += 1
        max_depth[root] = max(max_depth[root], depth[row])


def plant(posts: Posts, rows: NDArray[np.int64]) -> None:
    """Make newly appended posts the roots of cascades of one: rows int64[A], row numbers of `posts`."""
    posts.depth[rows] = 0
    posts.below[rows] = 1
    posts.size[rows] = 1
    posts.depth_sum[rows] = 0
    posts.wiener[rows] = 0
    posts.max_depth[rows] = 0


def attach(posts: Posts, rows: NDArray[np.int64]) -> None:
    """Hang newly appended reposts and quotes into their cascades.

    rows int64[A]: row numbers in ascending (serial) order, each appended once with `root` and
    `parent` serials set. Sets depth and below of these rows, below of every ancestor, and size,
    depth_sum, wiener and max_depth of the roots. A parent may stand in the same batch, before its
    child. Depths beyond 32 767 are stored as 32 767; the Wiener index stays exact.

    A parent is younger than its root, so where the root is in the window every ancestor is. Raises
    ValueError, before anything is changed, when a row is no repost or quote, was attached before or
    is out of order, or when its root or parent is not in the window or of another cascade.
    """
    if not rows.shape[0]:
        return
    problem = _problem(posts, rows)
    if problem:
        raise ValueError(problem)
    _attach(
        rows,
        posts.base,
        posts.root,
        posts.parent,
        posts.depth,
        posts.below,
        posts.size,
        posts.depth_sum,
        posts.wiener,
        posts.max_depth,
    )


def _problem(posts: Posts, rows: NDArray[np.int64]) -> str | None:
    if rows[0] < 0 or rows[-1] >= len(posts) or bool((np.diff(rows) <= 0).any()):
        return "rows must be ascending row numbers of the window"
    if not _is_share(posts, rows).all() or posts.below[rows].any():
        return "every row must be a repost or quote that was not attached before"
    root, parent = posts.row(posts.root[rows]), posts.row(posts.parent[rows])
    if (root < 0).any() or not (posts.size[root] > 0).all():
        return "every root must be a planted post in the window"
    if ((parent < root) | (parent >= rows)).any():
        return "every parent must be written between its root and the new post"
    inner = parent[parent != root]
    if not _is_share(posts, inner).all() or (posts.root[inner] != posts.root[rows][parent != root]).any():
        return "every parent must belong to the cascade of the root"
    return None


def _is_share(posts: Posts, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    kind = posts.kind[rows]
    return np.asarray((kind == REPOST) | (kind == QUOTE))


def members(posts: Posts, root: int) -> NDArray[np.int64]:
    """Return row numbers int64[n], ascending, of the cascade under serial `root`, the root first.

    Raises KeyError when the root is not in the window.
    """
    row = int(posts.row(root))
    if row < 0:
        msg = f"post {root} is not in the feed window"
        raise KeyError(msg)
    shares = (posts.root == root) & ((posts.kind == REPOST) | (posts.kind == QUOTE))
    shares[row] = True
    return np.flatnonzero(shares)


def level_counts(posts: Posts, root: int) -> NDArray[np.int64]:
    """Return int64[depth + 1]: nodes per level under serial `root`, from the root (1) down."""
    return np.bincount(posts.depth[members(posts, root)]).astype(np.int64)


def largest(posts: Posts) -> int | None:
    """Return the serial of the root with the largest cascade in the window, None without posts.

    Ties go to the smallest key, which is the same in every arm and order.
    """
    if not len(posts) or int(posts.size.max()) < 1:
        return None
    rows = np.flatnonzero(posts.size == posts.size.max())
    return posts.base + int(rows[np.argmin(posts.key[rows])])


def figures(posts: Posts, root: int) -> NDArray[np.int64]:
    """Return int64[5] of the cascade under serial `root`: nodes, distinct users, depth, breadth, Wiener index."""
    row, rows = int(posts.row(root)), members(posts, root)
    users = np.unique(posts.author[rows]).shape[0]
    breadth = np.bincount(posts.depth[rows]).max()
    return np.array([posts.size[row], users, posts.max_depth[row], breadth, posts.wiener[row]], np.int64)


def remember_leaving(posts: Posts, cut: int) -> None:
    """Before rows 0 .. cut - 1 leave the window: keep the figures of the largest cascade that leaves.

    Ties go to what left first, then to the smallest key.
    """
    if cut <= 0 or int(posts.size[:cut].max()) <= int(posts.largest_gone[0]):
        return
    rows = np.flatnonzero(posts.size[:cut] == posts.size[:cut].max())
    posts.largest_gone = figures(posts, posts.base + int(rows[np.argmin(posts.key[rows])]))


def largest_so_far(posts: Posts) -> NDArray[np.int64] | None:
    """Return the figures of the run's largest cascade so far, in the window or gone; None before any post."""
    root = largest(posts)
    if root is not None and int(posts.size[root - posts.base]) > int(posts.largest_gone[0]):
        return figures(posts, root)
    return posts.largest_gone if posts.largest_gone[0] else None


def structural_virality(size: int, wiener: int) -> float:
    """Return 2 W / (n (n - 1)), the mean distance between nodes; 0 for a root alone.

    Bounds: a star gives 2 - 2 / n, a path (n + 1) / 3.
    """
    return 2.0 * wiener / (size * (size - 1)) if size > 1 else 0.0
