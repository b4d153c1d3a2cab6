"""The newest posts, reposts and quotes of some users, without an index by author.

Such an index would cost a commit as much as the rows themselves. But a post's key begins with its author: of few users
each has a range of the primary key in every step. Of many users some have written among the newest rows, which are
read and picked, from the range of the next of them on. A look goes through so much at most, and says where it ended; a
page goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.db import connection

from simapp.engine.core.ids import MAX_PER_STEP, MAX_STEPS, MAX_USERS
from simapp.engine.core.posts import COMMENT
from simapp.store.cohorts import among
from simapp.store.lineage import Segment, holder_of, segments_of
from simapp.store.rows import RunStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simapp.store.models import Run

MOST_ROWS = 200_000  # that one look reads
RANGE = 8  # rows are read in the time in which one range of the key is looked up
_WRITE = ("create_post", "repost", "quote_post")
_FIRST_ROWS, _FIRST_STEPS = 1_000, 2


@dataclass(frozen=True)
class Authored:
    """keys int64[k] of what was written, newest first. older: nothing before this (step, key) was looked at; None where
    nothing is left."""

    keys: NDArray[np.int64]
    older: tuple[int, int] | None


def newest_of(
    run: Run, authors: NDArray[np.int32], *, before: tuple[int, int] | None = None, after: int = -1,
    upto: int | None = None, most: int,
) -> Authored:  # fmt: skip
    """Return at most `most` posts of these users (ascending): before a (step, key), after a step, up to a step."""
    last = run.step if upto is None else min(upto, run.step)
    start = min(before or (last + 1, 0), (last + 1, 0))
    found: list[NDArray[np.int64]] = []
    held, left, end = 0, MOST_ROWS, None
    for keys, cost, reached in _looks(run, authors, start, after):
        found.append(keys)
        held, left = held + keys.shape[0], left - cost
        if held > most or left <= 0:
            end = reached if reached > (max(after + 1, 0), 0) else None
            break
    keys = np.concatenate(found) if found else np.zeros(0, np.int64)
    if held > most:
        keys = keys[:most]
        end = _place(keys[-1])
    return Authored(keys, end)


def _looks(
    run: Run, authors: NDArray[np.int32], before: tuple[int, int], after: int
) -> Iterator[tuple[NDArray[np.int64], int, tuple[int, int]]]:
    """Look back piece by piece, each twice the one before it: what was found, what it cost in rows, where it ended."""
    ranges = authors.shape[0] * RANGE < _rows_in(run, before[0] - 1)
    for segment in segments_of(run)[::-1]:
        first = max(segment.first, after + 1)
        before = min(before, (segment.last + 1, 0))
        part = _FIRST_STEPS if ranges else _FIRST_ROWS
        while before > (first, 0):
            if ranges:
                low = max(before[0] - part, first)
                keys = _in_ranges(segment, low, before, authors)
                cost, before = part * authors.shape[0] * RANGE, (low, 0)
            else:
                before = _at_next_of(authors, before)
                rows = _newest_rows(segment, first, before, part)
                keys, cost = rows[among(rows >> 32, authors)], rows.shape[0]
                before = _place(rows[-1]) if cost == part else (first, 0)
            yield keys, max(cost, 1), before
            part *= 2


def _at_next_of(authors: NDArray[np.int32], before: tuple[int, int]) -> tuple[int, int]:
    """Return the (step, key) behind the last author who could stand before one: rows of others need not be read."""
    step, key = before if before[1] else (before[0] - 1, (MAX_USERS + 1) << 32)
    at = int(np.searchsorted(authors, (key - 1) >> 32, side="right"))
    return (step, min(key, (int(authors[at - 1]) + 1) << 32)) if at else (step, 0)


def _place(key: np.int64) -> tuple[int, int]:
    return int(key >> 12) & MAX_STEPS, int(key)


def _rows_in(run: Run, step: int) -> int:
    """Return about how many rows a step wrote, by its counts."""
    holder = holder_of(segments_of(run), step).run_id if step >= 0 else -1
    counts = RunStep.objects.filter(run_id=holder, step=step).values_list("counts", flat=True).first() or {}
    return sum(int(counts.get(name, 0)) for name in (*_WRITE, "create_comment"))


def _newest_rows(segment: Segment, first: int, before: tuple[int, int], most: int) -> NDArray[np.int64]:
    """Return the keys of the newest posts of a segment before a (step, key), newest first."""
    with connection.cursor() as cursor:
        # As one value: a hundred thousand rows take longer to be handed over than to be found.
        cursor.execute(
            "SELECT string_agg(int8send(key), '') FROM (SELECT key FROM run_post WHERE run_id = %s "
            "AND step BETWEEN %s AND %s AND (step, key) < (%s, %s) AND kind < %s "
            "ORDER BY step DESC, key DESC LIMIT %s) x",
            [segment.run_id, first, before[0], *before, COMMENT, most],
        )
        keys = np.frombuffer(cursor.fetchone()[0] or b"", ">i8").astype(np.int64)
    return keys[np.lexsort((-keys, -((keys >> 12) & MAX_STEPS)))]


def _in_ranges(
    segment: Segment, low: int, before: tuple[int, int], authors: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Return the keys of what these users wrote from step `low` on, newest first, by a range of the key each."""
    # The limit cuts nothing off; without one the planner compares every post with every user.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.key FROM generate_series(%s::int, %s::int) s, unnest(%s::bigint[]) a, LATERAL ("
            "SELECT x.key FROM run_post x WHERE x.run_id = %s AND x.step = s AND x.key >= a << 32 "
            "AND x.key < (a + 1) << 32 AND x.kind < %s LIMIT %s) p WHERE (s, p.key) < (%s, %s) "
            "ORDER BY s DESC, p.key DESC",
            [low, before[0], authors.tolist(), segment.run_id, COMMENT, MAX_PER_STEP, *before],
        )
        return np.array([row[0] for row in cursor.fetchall()], np.int64)
