"""The follow graph between drawn users: whole after a step, and what changed between two steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from django.db import connection

from simapp.store.lineage import belongs, segments_of
from simapp.store.read_columns import read_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.metrics.drawing.sample import Sample
    from simapp.store.models import Run

_TYPES = {"follower": "int4", "followee": "int4", "on_": "int2"}
MOST_CHANGES = 400_000  # rows of changes that a page reads


def edges_between(run: Run, step: int, sample: Sample) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return (follower int32[M], followee int32[M]) after `step` with both ends drawn, sorted by both."""
    where = f"{belongs('x', segments_of(run, step))} AND {sample.sql('follower')} AND {sample.sql('followee')}"
    with connection.cursor() as cursor:
        rows = read_columns(cursor, f"SELECT follower, followee, on_ FROM run_follow x WHERE {where}", _TYPES)  # noqa: S608
    pairs, change = _net(rows)
    pairs = pairs[change > 0]
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def followers_of(run: Run, step: int, sample: Sample) -> NDArray[np.int32]:
    """Return how many follow each drawn user after `step`, int32[n] in their order; of large runs one pass over all."""
    drawn = sample.users(run.users)
    with connection.cursor() as cursor:
        rows = read_columns(
            cursor,
            "SELECT followee, sum(2 * on_ - 1)::int8 AS n FROM run_follow x "  # noqa: S608
            f"WHERE {belongs('x', segments_of(run, step))} AND {sample.sql('followee')} GROUP BY followee",
            {"followee": "int4", "n": "int8"},
        )
    counts = np.zeros(run.users, np.int32)
    counts[rows["followee"]] = rows["n"]
    return counts[drawn]


def edge_count(run: Run, step: int) -> int:
    """Return how many follow edges there are after `step`; one pass over all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(2 * on_ - 1), 0) FROM run_follow x "  # noqa: S608
            f"WHERE {belongs('x', segments_of(run, step))}"
        )
        return int(cursor.fetchone()[0])


def has_edges(run: Run, step: int) -> bool:
    """Whether anybody followed anybody at the very step `step`."""
    segments = [s for s in segments_of(run, step) if s.first <= step <= s.last]
    if not segments:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM run_follow WHERE run_id = %s AND step = %s)", [segments[0].run_id, step]
        )
        return bool(cursor.fetchone()[0])


def changes_between(
    run: Run, one: int, other: int, sample: Sample
) -> tuple[NDArray[np.int32], NDArray[np.int32], bool]:
    """Return edges (added int32[A, 2], removed int32[R, 2], cut) that make the graph after `other` of that after `one`.

    cut: there were more than MOST_CHANGES changes, and some are left out.
    """
    low, high = min(one, other), max(one, other)
    segments = segments_of(run, high)
    where = (
        f"{belongs('x', segments)} AND x.step > {low:d} AND {sample.sql('follower')} AND {sample.sql('followee')}"
    )
    query = f"SELECT follower, followee, on_ FROM run_follow x WHERE {where} LIMIT {MOST_CHANGES + 1:d}"  # noqa: S608
    with connection.cursor() as cursor:
        rows = read_columns(cursor, query, _TYPES)
    cut = rows["on_"].shape[0] > MOST_CHANGES
    pairs, change = _net(rows)
    if other < one:
        change = -change
    ends = np.stack([pairs >> 32, pairs & 0xFFFFFFFF], axis=1).astype(np.int32)
    return ends[change > 0], ends[change < 0], cut


def _net(rows: dict[str, NDArray[np.int32]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    # An edge stands when it appeared once more often than it disappeared, in any order.
    packed = rows["follower"].astype(np.int64) << 32 | rows["followee"]
    pairs, which = np.unique(packed, return_inverse=True)
    change = np.bincount(which, weights=2 * rows["on_"].astype(np.int64) - 1, minlength=pairs.shape[0])
    return pairs, change.astype(np.int64)
