"""Puts a step into the bulk tables. The transaction and its fence are the caller's (runs/)."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from psycopg.types.json import Jsonb

from simapp.store.copy import copy_columns, copy_rows
from simapp.store.files import FileRow, write_files
from simapp.store.tables import EVENTS, FOLLOWS, INPUTS, METRICS, POSTS, STEPS, TEXTS, USERS

if TYPE_CHECKING:
    from simapp.engine.core.population import Population
    from simapp.engine.record import MetricPoint, StepRecord

__all__ = [
    "storable",
    "text_hash",
    "write_files",
    "write_founding",
    "write_inputs",
    "write_step",
    "write_texts",
    "write_users",
]

_SLICE = 10_000


def write_founding(
    cursor: Any, run_id: int, population: Population, record: StepRecord, files: Sequence[FileRow] = ()
) -> None:
    """Insert the users and everything of step 0: seed posts, the whole follow graph, first texts."""
    write_users(cursor, run_id, population)
    write_step(cursor, run_id, record, files)


def write_step(cursor: Any, run_id: int, record: StepRecord, files: Sequence[FileRow] = ()) -> None:
    """Insert all rows of one step and register its files. Only inserts: nothing of the past is touched."""
    write_texts(cursor, run_id, record.step, record.texts)
    _write_posts(cursor, run_id, record)
    _write_events(cursor, run_id, record)
    _write_follows(cursor, run_id, record)
    _write_metrics(cursor, run_id, record.step, record.metrics)
    if record.inputs:
        write_inputs(cursor, run_id, record.step, record.inputs)
    _write_step_row(cursor, run_id, record)
    write_files(cursor, run_id, record.step, files)


def write_users(cursor: Any, run_id: int, population: Population) -> int:
    """Insert all users, profile text asked for in slices; return how many."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for lo in range(0, population.users, _SLICE):
            hi = min(lo + _SLICE, population.users)
            part = slice(lo, hi)
            numbers = zip(
                range(lo, hi),
                population.community[part].tolist(),
                population.level[part].tolist(),
                population.voice[part].tolist(),
                population.age[part].tolist(),
                population.gender[part].tolist(),
                strict=True,
            )
            for (user, *columns), p in zip(numbers, population.profiles.rows(lo, hi), strict=True):
                words = (p.handle, p.name, p.bio, p.persona, p.country, p.mbti)
                yield (run_id, user, *columns, *(storable(word) for word in words))

    return copy_rows(cursor, USERS.name, USERS.columns, rows())


def write_texts(cursor: Any, run_id: int, step: int, texts: Iterable[tuple[int, str]]) -> int:
    """Insert distinct texts first used in `step`; return how many."""
    rows = [(run_id, text_hash(text), text_id, step, storable(text)) for text_id, text in texts]
    return copy_rows(cursor, TEXTS.name, TEXTS.columns, rows) if rows else 0


def write_inputs(cursor: Any, run_id: int, step: int, inputs: Sequence[dict[str, Any]]) -> None:
    """Insert what entered the run from outside: dicts with `kind` and, if known, `member_id`.

    The whole dict is kept as the payload, so that a replay gets exactly what the step got.
    """
    types = {name: kind for name, kind in INPUTS.columns.items() if name != "created"}
    rows = [
        (run_id, step, seq, storable(str(item["kind"])), _json(item), item.get("member_id"))
        for seq, item in enumerate(inputs)
    ]
    copy_rows(cursor, INPUTS.name, types, rows)


def text_hash(text: str) -> int:
    """Return the first 8 bytes of a text's BLAKE2b as a signed 64-bit integer (PostgreSQL's bigint)."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def storable(text: str) -> str:
    """Return `text` as PostgreSQL can hold it: NUL and lone surrogates become U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


def _write_posts(cursor: Any, run_id: int, record: StepRecord) -> None:
    posts = record.posts
    columns = {
        "run_id": run_id,
        "key": posts.key,
        "root": posts.root,
        "parent": posts.parent,
        "step": record.step,
        "author": posts.author,
        "text_id": posts.text,
        "stance": posts.stance,
        "opinion": posts.opinion,
        "appeal": posts.appeal,
        "topic": posts.topic,
        "kind": posts.kind,
        "arm": posts.arm,
    }
    copy_columns(cursor, POSTS.name, POSTS.columns, columns)


def _write_events(cursor: Any, run_id: int, record: StepRecord) -> None:
    events = record.events
    columns = {
        "run_id": run_id,
        "post": events.post,
        "target": events.target,
        "step": record.step,
        "seq": np.arange(len(events), dtype=np.int32),
        "actor": events.actor,
        "n": events.n,
        "user_id": events.user,
        "text_id": events.text,
        "code": events.code,
        "outcome": events.outcome,
        "item": events.item,
        "amount": events.amount,
    }
    copy_columns(cursor, EVENTS.name, EVENTS.columns, columns)


def _write_follows(cursor: Any, run_id: int, record: StepRecord) -> None:
    changes = record.follows
    columns = {
        "run_id": run_id,
        "step": record.step,
        "follower": changes.follower,
        "followee": changes.followee,
        "on_": changes.on,
    }
    copy_columns(cursor, FOLLOWS.name, FOLLOWS.columns, columns)


def _write_metrics(cursor: Any, run_id: int, step: int, points: dict[str, MetricPoint]) -> None:
    if not points:
        return
    names = sorted(points)
    # A few rows: a statement is one trip to the server, a COPY two.
    cursor.execute(
        f"INSERT INTO {METRICS.name} (run_id, step, name, value, null_value) "  # noqa: S608 - our own name
        "SELECT %s, %s, x.* FROM unnest(%s::text[], %s::float8[], %s::float8[]) x",
        [
            run_id,
            step,
            names,
            [_number(points[name].value) for name in names],
            [_number(points[name].null) for name in names],
        ],
    )


def _write_step_row(cursor: Any, run_id: int, record: StepRecord) -> None:
    types = {name: kind for name, kind in STEPS.columns.items() if name != "committed"}
    stages = {name: round(seconds, 6) for name, seconds in record.stages.items()}
    row = (
        run_id,
        record.step,
        record.digest,
        record.impressions_digest,
        _json(record.counts),
        _json(stages),
        record.histogram.tolist(),
    )
    copy_rows(cursor, STEPS.name, types, [row])


def _number(value: float | None) -> float | None:
    # A metric that is not a number is missing, and missing is NULL.
    return None if value is None or math.isnan(value) else float(value)


def _json(value: Any) -> Jsonb:
    return Jsonb(value, dumps=lambda v: json.dumps(v, allow_nan=False))
