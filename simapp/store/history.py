"""Reads a run's past from its rows: pages, counters, cascades and the follow graph at a step.

Every reader follows the run's lineage (lineage.py) and is bounded: by a page, by the posts that are asked
about, or by a limit. Nothing here reads a snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from simapp.engine.actions.registry import code_of
from simapp.engine.core.posts import POST, QUOTE, REPOST
from simapp.store.counted import DISLIKES, LIKES, REPORTS, done_to, written_about
from simapp.store.lineage import Segment, belongs, segments_of
from simapp.store.models import Run
from simapp.store.partitions import has_own
from simapp.store.rows import RunStep

MOST = 1_000  # rows of one page, at most


@dataclass(frozen=True)
class Listing:
    """A table that is read page by page; `key` columns order it, are its cursor and stand in an index."""

    name: str
    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]


LISTINGS: dict[str, Listing] = {
    listing.name: listing
    for listing in (
        Listing(
            "users",
            "run_user",
            ("user_id",),
            ("user_id", "handle", "name", "bio", "age", "gender", "country", "community", "level", "voice"),
        ),
        Listing(
            "posts",
            "run_post",
            ("step", "key"),
            ("step", "key", "kind", "author", "root", "parent", "topic", "stance", "appeal", "arm", "text"),
        ),
        Listing(
            "events",
            "run_event",
            ("step", "seq"),
            ("step", "seq", "actor", "code", "outcome", "post", "target", "user_id", "item", "amount", "text"),
        ),
        Listing("metrics", "run_metric", ("step", "name"), ("step", "name", "value", "null_value")),
        Listing(
            "replies",
            "simapp_modelreply",
            ("step", "user_id"),
            (
                "step", "user_id", "tier", "model", "revision", "reason", "outcome", "text", "first", "problem",
                "template", "tokens_in", "tokens_out", "tokens_cached", "seconds", "cost", "tries", "cached",
            ),
        ),
        Listing(
            "batches",
            "simapp_questionbatch",
            ("step", "id"),
            (
                "step", "id", "tier", "model", "users", "status", "claim", "taken_by", "problem", "late", "created",
                "answered",
            ),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """Rows of a page, in the listing's columns, and the cursor of the next page (None: this was the last)."""

    rows: list[tuple[Any, ...]]
    after: tuple[Any, ...] | None


def page(run: Run, listing: Listing, *, after: Sequence[Any] | None = None, limit: int = 100) -> Page:
    """Return the rows behind the cursor `after`: values of the key, or the first few of them to start at."""
    limit = max(1, min(limit, MOST))
    rows: list[tuple[Any, ...]] = []
    segments = segments_of(run)
    for segment in segments[:1] if listing.table == "run_user" else segments:
        if len(rows) <= limit:
            rows += _part(listing, segment, segments, after, limit + 1 - len(rows))
    places = [listing.columns.index(name) for name in listing.key]
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, tuple(rows[-1][place] for place in places) if more else None)


def _part(listing: Listing, segment: Segment, segments: Any, after: Sequence[Any] | None, limit: int) -> Any:
    if listing.table == "run_event" and has_own(segment.run_id):
        return _events_by_place(listing, segment, segments, after, limit)
    where = f"x.run_id = {segment.run_id:d}" if listing.table == "run_user" else belongs("x", [segment])
    return _rows(listing, where, segments, after, limit)


def _events_by_place(
    listing: Listing, segment: Segment, segments: Any, after: Sequence[Any] | None, limit: int
) -> list[tuple[Any, ...]]:
    """Read a large run's events, which no tree orders: seq counts without gaps, so a page is a range of it."""
    step, seq = (tuple(after or ()) + (segment.first, -1)[len(after or ()) :])[:2]
    rows: list[tuple[Any, ...]] = []
    counted = RunStep.objects.filter(run_id=segment.run_id, step__range=(max(step, segment.first), segment.last))
    for at, counts in counted.order_by("step").values_list("step", "counts").iterator(chunk_size=100):
        first = seq + 1 if at == step else 0
        if int(counts.get("events", 0)) > first:
            wanted = limit - len(rows)
            where = f"x.run_id = {segment.run_id:d} AND x.step = {at:d} AND x.seq >= {first:d} "
            rows += _rows(listing, where + f"AND x.seq < {first + wanted:d}", segments, None, wanted)
        if len(rows) >= limit:
            break
    return rows


def _rows(listing: Listing, where: str, segments: Any, after: Sequence[Any] | None, limit: int) -> Any:
    # Rows of a run's tables name their texts by number; a reply holds its own.
    named = "text" in listing.columns and listing.table.startswith("run_")
    joined = " LEFT JOIN run_text t ON t.text_id = x.text_id AND " + belongs("t", segments)
    columns = ", ".join("t.text" if named and name == "text" else f"x.{name}" for name in listing.columns)
    values: list[Any] = []
    if after:
        names = ", ".join(f"x.{name}" for name in listing.key[: len(after)])
        # A whole cursor names a row that was seen; a part of one names where to start.
        sign = ">" if len(after) == len(listing.key) else ">="
        where += f" AND ({names}) {sign} ({', '.join(['%s'] * len(after))})"
        values = list(after)
    order = ", ".join(f"x.{name}" for name in listing.key)
    query = (
        f"SELECT {columns} FROM {listing.table} x{joined if named else ''} "  # noqa: S608
        f"WHERE {where} ORDER BY {order} LIMIT {limit:d}"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


@dataclass(frozen=True)
class Counters:
    """What stands on a post or comment: votes, reposts with quotes, comments, reports of this very row."""

    likes: int = 0
    dislikes: int = 0
    shares: int = 0
    comments: int = 0
    reports: int = 0


def counters_at(run: Run, keys: Iterable[int], step: int) -> dict[int, Counters]:
    """Return the counters of posts and comments after `step` (of reposts: reports, for they have nothing else)."""
    wanted = sorted(set(keys))
    segments = segments_of(run, step)
    votes = done_to(segments, wanted)
    shares, comments = written_about(segments, wanted)

    def net(post: int, names: tuple[tuple[str, ...], tuple[str, ...]]) -> int:
        done, undone = (sum(votes.get((post, code_of(name)), 0) for name in side) for side in names)
        return int(done - undone)

    return {
        key: Counters(
            net(key, LIKES),
            net(key, DISLIKES),
            shares.get(key, 0),
            comments.get(key, 0),
            net(key, REPORTS),
        )
        for key in wanted
    }


@dataclass(frozen=True)
class Cascade:
    """The tree under a root post, oldest first, the root first: keys and parents int64[n] (-1 for the root),
    authors int32[n], steps int32[n], kinds uint8[n], depths int32[n]. whole: the limit cut nothing."""

    keys: NDArray[np.int64]
    parents: NDArray[np.int64]
    authors: NDArray[np.int32]
    steps: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    depths: NDArray[np.int32]
    whole: bool


def cascade_of(run: Run, root: int, *, step: int | None = None, limit: int = 100_000) -> Cascade:
    """Return the reposts and quotes under `root` up to `step`, at most `limit`, the earliest."""
    segments = segments_of(run, step)
    with connection.cursor() as cursor:
        # Two parts, because the index on root leaves posts out.
        columns, where = "key, parent, author, step, kind", belongs("x", segments)
        cursor.execute(
            f"SELECT {columns} FROM run_post x WHERE key = %s AND step = %s AND kind = {POST} AND {where} "  # noqa: S608
            f"UNION ALL (SELECT {columns} FROM run_post x WHERE root = %s "
            f"AND kind IN ({REPOST}, {QUOTE}) AND {where} ORDER BY step, key LIMIT {limit:d})",
            [root, (root >> 12) & 0xFFFFF, root],
        )
        rows = np.array(cursor.fetchall(), np.int64).reshape(-1, 5)
    whole, rows = rows.shape[0] <= limit, rows[:limit]
    rows = rows[np.lexsort((rows[:, 0], rows[:, 4] != POST, rows[:, 3]))]
    return Cascade(
        rows[:, 0],
        rows[:, 1],
        rows[:, 2].astype(np.int32),
        rows[:, 3].astype(np.int32),
        rows[:, 4].astype(np.uint8),
        _depths(rows[:, 0], rows[:, 1]),
        whole,
    )


def _depths(keys: NDArray[np.int64], parents: NDArray[np.int64]) -> NDArray[np.int32]:
    # Parents may stand after their children within a step, so depths settle over rounds: one per level.
    order = np.argsort(keys, kind="stable")
    at = np.minimum(np.searchsorted(keys[order], parents), max(keys.shape[0] - 1, 0))
    row = np.where(keys[order[at]] == parents, order[at], -1) if keys.shape[0] else np.zeros(0, np.int64)
    depths, above = np.zeros(keys.shape[0], np.int32), row
    while above.shape[0] and (above >= 0).any():
        depths[above >= 0] += 1
        above = np.where(above >= 0, row[above], -1)
    return depths


def follow_graph(run: Run, step: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return (follower int32[M], followee int32[M]) after `step`, sorted by both."""
    with connection.cursor() as cursor:
        # An edge stands when it appeared once more often than it disappeared, in any order.
        cursor.execute(
            "SELECT follower, followee FROM run_follow x "  # noqa: S608
            f"WHERE {belongs('x', segments_of(run, step))} GROUP BY follower, followee "
            "HAVING sum(2 * on_ - 1) > 0 ORDER BY follower, followee"
        )
        edges = np.array(cursor.fetchall(), np.int32).reshape(-1, 2)
    return edges[:, 0], edges[:, 1]


def metric_series(
    run: Run, names: Sequence[str], *, after: int = -1, limit: int = 10_000
) -> dict[str, list[tuple[int, float | None, float | None]]]:
    """Return (step, value, null value) of metrics after a step, ascending; at most `limit` steps."""
    found: dict[str, list[tuple[int, float | None, float | None]]] = {name: [] for name in names}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, step, value, null_value FROM run_metric x "  # noqa: S608
            f"WHERE name = ANY(%s) AND step > %s AND step <= %s AND {belongs('x', segments_of(run))} "
            "ORDER BY step",
            [list(names), after, after + limit],
        )
        for name, step, value, null in cursor.fetchall():
            found[name].append((step, value, null))
    return found
