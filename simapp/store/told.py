"""A run's past as rows, step by step, in arrays: what `engine.retell` moves a world by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from simapp.engine.core.batches import EventBatch
from simapp.engine.record import FollowChanges, Impressions, NewPosts
from simapp.engine.retell import Told
from simapp.store.files import list_files, run_folder
from simapp.store.lineage import segments_of
from simapp.store.models import Run
from simapp.store.parquet import read_log
from simapp.store.read_columns import read_columns
from simapp.store.rows import RunText
from simapp.store.tables import EVENTS, FOLLOWS, POSTS, BulkTable

# Attributes of the engine's batches that the tables call otherwise.
_CALLED = {"user": "user_id", "text": "text_id", "on": "on_"}


def told_steps(run: Run, first: int, last: int) -> Iterator[Told]:
    """Yield the rows of steps first .. last, from wherever they lie (a fork's ancestors); impressions included.

    Raises FileDamaged where a log of impressions is not what was written.
    """
    for segment in segments_of(run, last):
        for step in range(max(first, segment.first), segment.last + 1):
            yield _told(segment.run_id, step)


def _told(run_id: int, step: int) -> Told:
    names = {f.name: getattr(EventBatch.empty(), f.name).dtype for f in fields(EventBatch)}
    texts = RunText.objects.filter(run_id=run_id, step=step).order_by("text_id")
    return Told(
        step=step,
        events=EventBatch(**_rows(EVENTS, run_id, step, names, order="seq")),
        posts=NewPosts(**_rows(POSTS, run_id, step, _POSTS)),
        follows=FollowChanges(**_rows(FOLLOWS, run_id, step, _FOLLOWS)),
        texts=list(texts.values_list("text_id", "text")),
        impressions=_impressions(run_id, step),
    )


_POSTS: dict[str, Any] = {
    "key": np.int64, "root": np.int64, "parent": np.int64, "author": np.int32, "kind": np.uint8, "topic": np.int16,
    "stance": np.float32, "opinion": np.float32, "appeal": np.float32, "text": np.int32, "arm": np.int8,
}  # fmt: skip
_FOLLOWS: dict[str, Any] = {"follower": np.int32, "followee": np.int32, "on": np.uint8}


def _rows(
    table: BulkTable, run_id: int, step: int, names: dict[str, Any], order: str = ""
) -> dict[str, NDArray[Any]]:
    columns = [_CALLED.get(name, name) for name in names]
    query = f"SELECT {', '.join(columns)} FROM {table.name} WHERE run_id = {run_id:d} AND step = {step:d}"  # noqa: S608
    query += f" ORDER BY {order}" if order else ""
    with connection.cursor() as cursor:
        found = read_columns(cursor, query, {column: table.columns[column] for column in columns})
    return {name: found[column].astype(names[name]) for name, column in zip(names, columns, strict=True)}


def _impressions(run_id: int, step: int) -> Impressions:
    files = list_files(run_id, "impressions", after=step - 1, upto=step)
    if not files:
        return Impressions(*(np.zeros(0, kind) for kind in (np.int32, np.int64, np.uint8, np.float32, np.uint8)))
    frame = read_log(run_folder(run_id), files[0][1])
    return Impressions(**{f.name: frame[f.name].to_numpy() for f in fields(Impressions)})
