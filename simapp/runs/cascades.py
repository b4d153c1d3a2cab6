"""Cascades as pages show them: the shapes of many, and one tree with how it grew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from django.db import connection

from simapp.engine.core.posts import QUOTE, REPOST
from simapp.metrics.trees import Trees
from simapp.store.history import cascade_of
from simapp.store.lineage import belongs, segments_of
from simapp.store.opinions import NoLongerKept, newest_opinion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.models import Run

LISTED_SHARES = 1_500  # of each cascade in a list, by which its shape is judged
TREE_SHARES = 50_000  # of the one that is drawn
MOST_DRAWN = 3_000  # nodes


class Shape(NamedTuple):
    """Of a cascade with `size` nodes seen: deepest level, largest level, structural virality; whole: all were seen."""

    size: int
    depth: int
    breadth: int
    virality: float
    whole: bool


@dataclass(frozen=True)
class Tree:
    """A cascade's nodes in the order in which they came, the root first; arrays [n] as in history.Cascade.

    parents int32[n]: places in this list, -1 for the root. opinions float32[n]: of who shared, on the topic, after
    opinion_step (-1: none are kept). below int32[n]: nodes under each. whole: none was left out when it was read.
    """

    root: int
    users: NDArray[np.int32]
    steps: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    depths: NDArray[np.int32]
    parents: NDArray[np.int32]
    opinions: NDArray[np.float32]
    below: NDArray[np.int32]
    shape: Shape
    opinion_step: int


def shapes_of(run: Run, roots: list[int], step: int) -> dict[int, Shape]:
    """Return the shapes of cascades after `step`, each from its first LISTED_SHARES shares."""
    found = dict.fromkeys(roots, Shape(1, 0, 1, 0.0, whole=True))
    if not roots:
        return found
    past = belongs("x", segments_of(run, step))
    with connection.cursor() as cursor:
        # Rows of one root lie in the order of their steps, in the index too: the first are the earliest.
        cursor.execute(
            "SELECT s.* FROM unnest(%s::int8[]) AS r(root), LATERAL ("  # noqa: S608
            "SELECT x.root, x.key, x.parent FROM run_post x WHERE x.root = r.root "
            f"AND x.kind IN ({REPOST}, {QUOTE}) AND {past} LIMIT {LISTED_SHARES + 1:d}) s",
            [roots],
        )
        rows = np.array(cursor.fetchall(), np.int64).reshape(-1, 3)
    for root in np.unique(rows[:, 0]).tolist():
        mine = rows[rows[:, 0] == root]
        whole = mine.shape[0] <= LISTED_SHARES
        keys = np.concatenate([[root], mine[:LISTED_SHARES, 1]])
        parents = np.concatenate([[-1], mine[:LISTED_SHARES, 2]])
        found[root] = _shape(_places(keys, parents), whole=whole)
    return found


def tree_of(run: Run, root: int, step: int, topic: int) -> Tree | None:
    """Return one cascade after `step`; None where its post is none of the run's past."""
    cascade = cascade_of(run, root, step=step, limit=TREE_SHARES)
    if not cascade.keys.shape[0] or cascade.keys[0] != root:
        return None
    parents = _places(cascade.keys, cascade.parents)
    kept = _reached(parents)
    place = np.cumsum(kept) - 1
    parents = np.where(parents[kept] >= 0, place[parents[kept]], -1).astype(np.int32)
    users = cascade.authors[kept]
    opinion_step, opinions = -1, np.full(users.shape[0], np.nan, np.float32)
    known = users < run.users  # what the scenario wrote has no user
    try:
        opinion_step, everybody = newest_opinion(run, step, max(topic, 0))
        opinions[known] = everybody[users[known]]
    except NoLongerKept:
        pass
    whole = cascade.whole and bool(kept.all())
    return Tree(
        root, users, cascade.steps[kept], cascade.kinds[kept], cascade.depths[kept], parents, opinions,
        _below(parents, cascade.depths[kept]), _shape(parents, whole=whole), opinion_step,
    )  # fmt: skip


def drawn_nodes(tree: Tree, most: int = MOST_DRAWN) -> NDArray[np.int64]:
    """Return which nodes are drawn, ascending: all, or those with the most below them, the earliest first among equals.

    A node has more below it than its children, so whoever is drawn hangs on somebody who is.
    """
    n = tree.users.shape[0]
    if n <= most:
        return np.arange(n)
    return np.sort(np.lexsort((np.arange(n), -tree.below))[:most])


def growth(tree: Tree, step: int) -> dict[str, list[int]]:
    """Return steps and, after each, nodes (size), deepest level (depth) and largest level (breadth) so far."""
    order = np.lexsort((tree.depths, tree.steps))
    steps, depths = tree.steps[order], tree.depths[order]
    ranked = np.argsort(depths, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(depths))])
    at_level = np.empty(depths.shape[0], np.int64)
    at_level[ranked] = np.arange(depths.shape[0]) - first[depths[ranked]] + 1
    moments = np.unique(np.concatenate([steps, [step]]))
    last = np.searchsorted(steps, moments, side="right") - 1
    return {
        "step": moments.tolist(),
        "size": (last + 1).tolist(),
        "depth": np.maximum.accumulate(depths)[last].tolist(),
        "breadth": np.maximum.accumulate(at_level)[last].tolist(),
    }


def _places(keys: NDArray[np.int64], parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each parent stands among the keys, -1 where it is not there."""
    order = np.argsort(keys, kind="stable")
    at = np.minimum(np.searchsorted(keys[order], parents), keys.shape[0] - 1)
    return np.where(keys[order[at]] == parents, order[at], -1)


def _reached(parents: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return who hangs on the first node, bool[n]: a part that was cut off above is not."""
    above = parents.copy()
    reached = np.zeros(parents.shape[0], np.bool_)
    reached[0] = True
    while True:
        new = ~reached & (above >= 0) & reached[np.maximum(above, 0)]
        if not new.any():
            return reached
        reached |= new


def _shape(parents: NDArray[np.int64] | NDArray[np.int32], *, whole: bool) -> Shape:
    kept = _reached(parents.astype(np.int64))
    place = np.cumsum(kept) - 1
    mine = np.where(parents[kept] >= 0, place[parents[kept]], -1).astype(np.int32)
    trees = Trees(np.array([0, mine.shape[0]], np.int64), mine, np.full(mine.shape[0], np.nan))
    shape = trees.shapes
    virality = float(trees.virality[0])
    return Shape(int(shape.size[0]), int(shape.depth[0]), int(shape.breadth[0]), virality, whole and bool(kept.all()))


def _below(parents: NDArray[np.int32], depths: NDArray[np.int32]) -> NDArray[np.int32]:
    below = np.zeros(parents.shape[0], np.int64)
    for level in range(int(depths.max()), 0, -1):
        mine = depths == level
        np.add.at(below, parents[mine], below[mine] + 1)
    return below.astype(np.int32)
