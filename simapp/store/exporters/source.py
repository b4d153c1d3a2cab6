"""Reads a run's tables in chunks, as frames with the columns of the data dictionary.

Everything is bounded by the last step that was committed when the export began. Rows are only ever
added, so that is one moment of the run although it may go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import connection

from simapp.engine.actions.registry import names_by_code
from simapp.engine.core.batches import REASONS, TIERS
from simapp.engine.core.ids import MAX_STEPS, SYSTEM
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.population import GENDERS
from simapp.engine.core.posts import KINDS
from simapp.store.exporters import dictionary as d
from simapp.store.files import FileDamaged, list_files, run_folder, still_kept
from simapp.store.lineage import Segment, belongs, segments_of
from simapp.store.models import Run
from simapp.store.parquet import read_log
from simapp.store.partitions import has_own

CHUNK = 20_000

_POLARS: dict[str, Any] = {
    "int8": pl.Int8,
    "int16": pl.Int16,
    "int32": pl.Int32,
    "int64": pl.Int64,
    "uint8": pl.UInt8,
    "uint16": pl.UInt16,
    "float32": pl.Float32,
    "float64": pl.Float64,
    "string": pl.String,
}


@dataclass(frozen=True)
class Source:
    """A run's past up to step `upto`."""

    run: Run
    upto: int

    @classmethod
    def of(cls, run_id: int) -> Source:
        """Open a run at its last committed step. Raises Run.DoesNotExist."""
        run = Run.objects.select_related("scenario_version__scenario", "parent").get(pk=run_id)
        return cls(run, run.step)

    @property
    def document(self) -> dict[str, Any]:
        """The scenario document."""
        held: dict[str, Any] = self.run.scenario_version.document
        return held

    @property
    def topics(self) -> list[str]:
        """Slugs of the scenario's topics, in order."""
        return [str(topic) for topic in self.document.get("topics", ())]

    @property
    def products(self) -> list[dict[str, Any]]:
        """Products of the scenario, by number."""
        return list(self.document.get("platform", {}).get("products", ()))

    @property
    def minutes_per_step(self) -> int:
        """Simulated minutes of one step."""
        return int(self.document["clock"]["minutes_per_step"])

    @property
    def segments(self) -> list[Segment]:
        """Where the past lies, oldest first."""
        return segments_of(self.run, self.upto)

    def tables(self) -> list[d.Table]:
        """The tables of this run's export."""
        return [d.opinions_table(self.topics) if table is d.OPINIONS else table for table in d.TABLES]

    def count(self, table: d.Table) -> int:
        """Return how many rows a table has; for progress."""
        if table.name in _LOGS:
            return sum(file.rows for segment in self.segments for _, file in _files(segment, table.name))
        with connection.cursor() as cursor:
            if table is d.USERS:
                cursor.execute("SELECT count(*) FROM run_user WHERE run_id = %s", [self.segments[0].run_id])
            else:
                where = belongs("x", self.segments)
                cursor.execute(f"SELECT count(*) FROM {_BASE[table.name]} x WHERE {where}")  # noqa: S608
            return int(cursor.fetchone()[0])

    def empty(self, table: d.Table) -> pl.DataFrame:
        """Return a frame without rows, with a table's columns and types."""
        return pl.DataFrame(schema={column.name: _POLARS[column.type] for column in table.columns})

    def frames(self, table: d.Table) -> Iterator[pl.DataFrame]:
        """Yield a table's rows, in its order, in frames of bounded size."""
        if table.name in _LOGS:
            yield from self._logs(table)
            return
        query = _QUERIES[table.name]
        for segment in self.segments[:1] if table is d.USERS else self.segments:
            for rows in (rows for where in _wheres(table, segment) for rows in stream(query.format(where=where))):
                raw = pl.DataFrame(rows, schema=_RAW[table.name], orient="row")
                if table is d.POSTS:
                    raw = raw.with_columns(
                        text=_named("text_id", self.texts(raw["text_id"].unique().to_list()))
                    )
                yield self._shaped(table, raw)

    def texts(self, ids: Iterable[int]) -> dict[int, str]:
        """Return texts by id. Looked up per chunk: a join would hang on the planner's idea of a young table."""
        wanted = [text_id for text_id in set(ids) if text_id >= 0]
        return self._found("text_id, text FROM run_text x WHERE text_id = ANY(%s)", wanted)

    def text_ids(self, posts: Iterable[int]) -> dict[int, int]:
        """Return the text ids of posts by key."""
        keys = list(set(posts))
        steps = sorted({(key >> 12) & MAX_STEPS for key in keys})
        return self._found("key, text_id FROM run_post x WHERE key = ANY(%s) AND step = ANY(%s)", keys, steps)

    def _found(self, query: str, *values: list[int]) -> dict[int, Any]:
        if not values[0]:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {query} AND {belongs('x', self.segments)}", values)
            return dict(cursor.fetchall())

    def _logs(self, table: d.Table) -> Iterator[pl.DataFrame]:
        for segment in self.segments:
            for step, file in _files(segment, table.name):
                try:
                    raw = read_log(run_folder(segment.run_id), file)
                except FileDamaged:
                    if still_kept(segment.run_id, table.name, step):
                        raise
                    continue  # let go while this was written; the notes say so
                raw = raw.rename({f"topic_{i}": topic for i, topic in enumerate(self.topics)}, strict=False)
                raw = raw.rename({"text": "text_id"}, strict=False)
                if table is d.DECISIONS and "item" not in raw.columns:  # written before there were groups
                    raw = raw.with_columns(item=pl.lit(-1, pl.Int32), amount=pl.lit(0, pl.Int16))
                if table is d.DECISIONS and "reason" not in raw.columns:  # written before there were models
                    raw = raw.with_columns(reason=pl.lit(0, pl.UInt8))
                for part in raw.with_columns(step=pl.lit(step, pl.Int32)).iter_slices(CHUNK * 10):
                    yield self._shaped(table, part)

    def _shaped(self, table: d.Table, raw: pl.DataFrame) -> pl.DataFrame:
        """Turn stored codes into names and -1 into missing, and bring columns into the declared order."""
        return raw.select(
            self._column(column.name, raw.schema).cast(_POLARS[column.type]).alias(column.name)
            for column in table.columns
        )

    def _column(self, name: str, held: pl.Schema) -> pl.Expr:
        if name == "minute":
            return pl.col("step").cast(pl.Int64) * self.minutes_per_step
        if name == "action":
            return _named("code", names_by_code())
        if name == "topic":
            return _named("topic", dict(enumerate(self.topics)))
        if name in _NAMED and held[name] != pl.String:
            return _named(name, _NAMED[name])
        if name in {"author", "actor"}:
            return pl.when(pl.col(name) == SYSTEM).then(None).otherwise(pl.col(name))
        if name == "user" and "revision" in held:  # numbers below zero are questions about groups
            return pl.col(name)
        if name in {"parent", "target", "user", "text_id", "item", "community"} or (
            name == "post" and "outcome" in held
        ):
            return pl.when(pl.col(name) < 0).then(None).otherwise(pl.col(name))
        if name == "stance":
            return pl.col(name).fill_nan(None)
        if name == "age":
            return pl.when(pl.col(name) == 0).then(None).otherwise(pl.col(name))
        return pl.col(name)


def _wheres(table: d.Table, segment: Segment) -> list[str]:
    """Return the conditions under which a table's rows of a segment are read one after another."""
    if table is d.USERS:
        return [f"x.run_id = {segment.run_id:d}"]
    if table.name == "events":
        return [belongs("x", [part]) for part in steps_apart(segment)]
    return [belongs("x", [segment])]


def steps_apart(segment: Segment) -> list[Segment]:
    """Return the segment, of a large run cut into single steps: its events are ordered within a step at a time."""
    if not has_own(segment.run_id):
        return [segment]
    return [Segment(segment.run_id, step, step) for step in range(segment.first, segment.last + 1)]


def stream(query: str, params: Sequence[Any] = (), rows: int = CHUNK) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the query's rows in lists of at most `rows`, held by the server until asked for.

    No transaction is held open between the lists: reports of progress on the same connection must be
    seen by others at once. (Outside of one, Django declares the cursor WITH HOLD.)
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, list(params))
        while found := cursor.fetchmany(rows):
            yield found


def _files(segment: Segment, kind: str) -> Any:
    return list_files(segment.run_id, kind, after=segment.first - 1, upto=segment.last)


def _named(column: str, names: dict[int, str]) -> pl.Expr:
    return pl.col(column).replace_strict(names, default=None, return_dtype=pl.String)


_LOGS = frozenset({"impressions", "decisions", "opinions"})
_NAMED: dict[str, dict[int, str]] = {
    "gender": dict(enumerate(GENDERS)),
    "kind": dict(enumerate(KINDS)),
    "outcome": {int(outcome): outcome.name.lower() for outcome in Outcome},
    "tier": dict(enumerate(TIERS)),
    "reason": dict(enumerate(REASONS)),
    "change": {0: "unfollow", 1: "follow"},
}
_BASE = {
    "texts": "run_text",
    "posts": "run_post",
    "follows": "run_follow",
    "events": "run_event",
    "metrics": "run_metric",
    "steps": "run_step",
    "inputs": "run_input",
    "replies": "simapp_modelreply",
    "interviews": "run_probe",
}
_QUERIES = {
    "users": "SELECT user_id, handle, name, bio, persona, age, gender, country, mbti, community, level, "
    "voice FROM run_user x WHERE {where} ORDER BY user_id",
    "texts": "SELECT text_id, step, text FROM run_text x WHERE {where} ORDER BY text_id",
    "posts": "SELECT key, step, author, kind, root, parent, topic, stance, opinion, appeal, arm, text_id "
    "FROM run_post x WHERE {where} ORDER BY step, key",
    "follows": "SELECT step, follower, followee, on_ FROM run_follow x WHERE {where} "
    "ORDER BY step, follower, followee",
    "events": "SELECT step, seq, actor, code, outcome, n, post, target, user_id, item, amount, text_id "
    "FROM run_event x "
    "WHERE {where} ORDER BY step, seq",
    "metrics": "SELECT step, name, value, null_value FROM run_metric x WHERE {where} ORDER BY step, name",
    "steps": "SELECT step, encode(digest, 'hex'), encode(impressions_digest, 'hex'), counts::text, "
    "to_json(histogram)::text FROM run_step x WHERE {where} ORDER BY step",
    "inputs": "SELECT step, seq, kind, payload::text FROM run_input x WHERE {where} ORDER BY step, seq",
    "replies": "SELECT step, user_id, tier, model, revision, reason, outcome, text, first, problem, "
    "to_json(options)::text, template, encode(key, 'hex'), tokens_in, tokens_out, tokens_cached, seconds, cost, tries, "
    "cached::int FROM simapp_modelreply x WHERE {where} ORDER BY step, user_id",
    "interviews": "SELECT probe_id, seq, step, user_id, kind, tier, prompt, response FROM run_probe x "
    "WHERE {where} ORDER BY probe_id, seq",
}


def _raw(names: str, **types: Any) -> dict[str, Any]:
    return {name: types.get(name, pl.Int64) for name in names.split()}


_WORDS = dict.fromkeys(
    ("handle", "name", "bio", "persona", "country", "mbti", "text", "payload", "prompt", "response"), pl.String
)
_REAL = dict.fromkeys(("level", "voice", "stance", "opinion", "appeal", "value", "null_value"), pl.Float64)
_HASHES = dict.fromkeys(("digest", "impressions_digest", "counts", "histogram"), pl.String)
_ALL: Callable[[str], dict[str, Any]] = lambda names: _raw(names, **_WORDS, **_REAL, **_HASHES)  # noqa: E731
_RAW: dict[str, dict[str, Any]] = {
    "users": _ALL("user_id handle name bio persona age gender country mbti community level voice"),
    "texts": _ALL("text_id step text"),
    "posts": _ALL("post step author kind root parent topic stance opinion appeal arm text_id"),
    "follows": _ALL("step follower followee change"),
    "events": _ALL("step seq actor code outcome n post target user item amount text_id"),
    "metrics": _ALL("step name value null_value"),
    "steps": _ALL("step digest impressions_digest counts histogram"),
    "inputs": _ALL("step seq kind payload") | {"kind": pl.String},
    "replies": _ALL(
        "step user tier model revision reason outcome text first problem options template key tokens_in tokens_out "
        "tokens_cached seconds cost tries cached"
    )
    | dict.fromkeys(
        ("tier", "model", "revision", "reason", "outcome", "first", "problem", "options", "template", "key"), pl.String
    )
    | {"seconds": pl.Float64, "cost": pl.Float64},
    "interviews": _ALL("interview seq step user kind tier prompt response") | {"kind": pl.String},
}
