"""Questions and replies between memory and rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

import zstandard
from django.db import connection
from pydantic_core import from_json, to_json

from agents.asking import Asked, Question, Reply, Sampling
from simapp.models import CachedReply, ModelReply, QuestionBatch
from simapp.store.copy import copy_rows
from simapp.store.writer import storable

_OWN = tuple(f.name for f in fields(Question) if f.name != "shared")
LARGEST = 256 << 20  # bytes of questions of one batch, unpacked; more than any scenario allows

# Columns of a reply as COPY takes them, in the order of `_said`.
_SAID = {
    "text": "text", "outcome": "text", "problem": "text", "first": "text", "tokens_in": "int4", "tokens_out": "int4",
    "tokens_cached": "int4", "seconds": "float8", "cost": "float8", "tries": "int2",
}  # fmt: skip
_REPLY = {
    "run_id": "int8", "step": "int4", "user_id": "int4", "batch_id": "int8", "tier": "text", "model": "text",
    "revision": "text", "reason": "text", "options": "varchar[]", "template": "text", "cached": "bool",
    "key": "bytea", **_SAID,
}  # fmt: skip
# In the order of Reply.
_FIELDS = (
    "text", "outcome", "revision", "tokens_in", "tokens_out", "tokens_cached", "seconds", "tries", "cost", "problem",
    "first",
)  # fmt: skip
_CACHED = {"key": "bytea", "revision": "text", "model": "text", **_SAID}
PROBLEM = 300


def pack(asked: Sequence[Asked], sampling: Sampling, *, keep: bool) -> bytes:
    """Return questions as compressed JSON; what they share is written once. keep: whether they stay when answered."""
    shared = list(dict.fromkeys(a.question.shared for a in asked))
    number = {text: i for i, text in enumerate(shared)}
    items = []
    for a in asked:
        item = {name: getattr(a.question, name) for name in _OWN}
        items.append({**item, "shared": number[a.question.shared], "reason": a.reason})
    whole = {"shared": shared, "sampling": asdict(sampling), "questions": items, "keep": keep}
    return zstandard.compress(to_json(whole, inf_nan_mode="null"), 1)


def unpack(batch: QuestionBatch) -> tuple[list[Asked], Sampling, bool]:
    """Return a batch's questions in its order, how to sample, and whether they stay when they are answered."""
    whole = from_json(zstandard.decompress(bytes(batch.asked or b""), max_output_size=LARGEST))
    asked = []
    for item in whole["questions"]:
        reason, shared = item.pop("reason"), whole["shared"][item.pop("shared")]
        sequences = {name: tuple(item.pop(name)) for name in ("options", "comments", "topics")}
        asked.append(Asked(Question(shared=shared, **item, **sequences), batch.tier, batch.model, reason))
    return asked, Sampling(**whole["sampling"]), bool(whole["keep"])


def keep_replies(
    batch: QuestionBatch,
    asked: Sequence[Asked],
    keys: Sequence[bytes],
    replies: Sequence[Reply],
    cached: Sequence[bool],
) -> None:
    """Write the replies of a batch, within the caller's transaction; keys: the questions' content addresses."""
    rows = [
        (
            batch.run_id, batch.step, a.question.user, batch.pk, batch.tier, batch.model, reply.model[:200],
            a.reason[:120], list(a.question.options), a.question.template, known, key, *_said(reply),
        )
        for a, key, reply, known in zip(asked, keys, replies, cached, strict=True)
    ]  # fmt: skip
    with connection.cursor() as cursor:
        copy_rows(cursor, "simapp_modelreply", _REPLY, rows)


def recorded(rows: int, step: int) -> dict[int, Reply]:
    """Return the replies that a step of a run has, by user."""
    found = ModelReply.objects.filter(run_id=rows, step=step).values_list("user_id", *_FIELDS)
    return {user: Reply(*said) for user, *said in found}


def from_cache(
    keys: Iterable[bytes], revision: str | None = None, *, file: int | None = None
) -> dict[bytes, Reply]:
    """Return cached replies by key: what models answered here, or what an imported file holds.

    `revision` None takes any model's, of several the newest. Of a given revision only answers are taken: a model that
    abstained is asked again.
    """
    wanted = [bytes(key) for key in keys]
    found = CachedReply.objects.filter(key__in=wanted, file=file).order_by("pk")
    if revision is not None:
        found = found.filter(revision=revision, outcome="answered")
    return {bytes(key): Reply(*said) for key, *said in found.values_list("key", *_FIELDS)}


def keep_in_cache(asked: Sequence[Asked], keys: Sequence[bytes], replies: Sequence[Reply]) -> None:
    """Put replies into the cache, within the caller's transaction; what it has already stays as it is."""
    rows = [
        (key, reply.model[:200], a.model, *_said(reply))
        for a, key, reply in zip(asked, keys, replies, strict=True)
    ]
    if not rows:
        return
    # A COPY knows no ON CONFLICT, and thousands of values in a statement cost more than both of these.
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS fresh_reply (LIKE simapp_cachedreply) ON COMMIT DELETE ROWS"
        )
        cursor.execute("ALTER TABLE fresh_reply ALTER id DROP NOT NULL, ALTER created SET DEFAULT now()")
        copy_rows(cursor, "fresh_reply", _CACHED, rows)
        names = ", ".join((*_CACHED, "created"))
        cursor.execute(
            f"INSERT INTO simapp_cachedreply ({names}) SELECT {names} FROM fresh_reply "  # noqa: S608 - our names
            "ORDER BY key ON CONFLICT DO NOTHING"
        )


def _said(reply: Reply) -> tuple[Any, ...]:
    """Return the values of _SAID."""
    return (
        storable(reply.text), reply.outcome, storable(reply.problem)[:PROBLEM], storable(reply.first), reply.tokens_in,
        reply.tokens_out, reply.tokens_cached, reply.seconds, reply.cost, reply.tries,
    )  # fmt: skip


def drop_asked(rows: int) -> None:
    """Delete all that a run asked and was answered."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM simapp_modelreply WHERE run_id = %s", [rows])
        cursor.execute("DELETE FROM simapp_questionbatch WHERE run_id = %s", [rows])
