"""Questions and replies between memory and rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

import zstandard
from django.db import connection

from agents.asking import Asked, Question, Reply, Sampling
from simapp.models import CachedReply, ModelReply, QuestionBatch
from simapp.store.writer import storable

LARGEST = 256 << 20  # bytes of questions of one batch, unpacked; more than any scenario allows

_COUNTS = ("tokens_in", "tokens_out", "tokens_cached", "seconds", "cost", "tries")
_SAID = ("text", "outcome", "problem", "first", *_COUNTS)
PROBLEM = 300


def pack(asked: Sequence[Asked], sampling: Sampling) -> bytes:
    """Return questions as compressed JSON; what they share is written once."""
    shared = list(dict.fromkeys(a.question.shared for a in asked))
    number = {text: i for i, text in enumerate(shared)}
    items = []
    for a in asked:
        item = {f.name: getattr(a.question, f.name) for f in fields(Question) if f.name != "shared"}
        items.append({**item, "shared": number[a.question.shared], "reason": a.reason})
    whole = {"shared": shared, "sampling": asdict(sampling), "questions": items}
    return zstandard.compress(json.dumps(whole, separators=(",", ":")).encode(), 3)


def unpack(batch: QuestionBatch) -> tuple[list[Asked], Sampling]:
    """Return a batch's questions in its order."""
    whole = json.loads(zstandard.decompress(bytes(batch.asked or b""), max_output_size=LARGEST))
    asked = []
    for item in whole["questions"]:
        reason, shared = item.pop("reason"), whole["shared"][item.pop("shared")]
        sequences = {name: tuple(item.pop(name)) for name in ("options", "comments", "topics")}
        asked.append(Asked(Question(shared=shared, **item, **sequences), batch.tier, batch.model, reason))
    return asked, Sampling(**whole["sampling"])


def reply_row(
    batch: QuestionBatch, asked: Asked, sampling: Sampling, reply: Reply, *, cached: bool = False
) -> ModelReply:
    """Return the row of a reply, not saved."""
    return ModelReply(
        run_id=batch.run_id, step=batch.step, user_id=asked.question.user, batch_id=batch.pk, tier=batch.tier,
        model=batch.model, revision=reply.model[:200], reason=asked.reason[:120], options=list(asked.question.options),
        template=asked.question.template, cached=cached, key=asked.question.key(asked.model, sampling),
        **_said(reply),
    )  # fmt: skip


def reply_of(row: ModelReply | CachedReply) -> Reply:
    """Return what a row holds as a reply."""
    return Reply(model=row.revision, **{name: getattr(row, name) for name in _SAID})


def recorded(rows: int, step: int) -> dict[int, Reply]:
    """Return the replies that a step of a run has, by user."""
    return {row.user_id: reply_of(row) for row in ModelReply.objects.filter(run_id=rows, step=step)}


def from_cache(
    keys: Iterable[bytes], revision: str | None = None, *, file: int | None = None
) -> dict[bytes, Reply]:
    """Return cached replies by key: what models answered here, or what an imported file holds.

    `revision` None takes any model's, of several the newest. Of a given revision only answers are taken: a model that
    abstained is asked again.
    """
    found = CachedReply.objects.filter(key__in=list(keys), file=file).order_by("pk")
    if revision is not None:
        found = found.filter(revision=revision, outcome="answered")
    return {bytes(row.key): reply_of(row) for row in found}


def keep_in_cache(asked: Sequence[Asked], sampling: Sampling, replies: Sequence[Reply]) -> None:
    """Put replies into the cache; what it has already stays as it is."""
    CachedReply.objects.bulk_create(
        [
            CachedReply(
                key=a.question.key(a.model, sampling),
                model=a.model,
                revision=reply.model[:200],
                **_said(reply),
            )
            for a, reply in zip(asked, replies, strict=True)
        ],
        ignore_conflicts=True,
    )


def _said(reply: Reply) -> dict[str, Any]:
    said = {name: getattr(reply, name) for name in _SAID}
    for name in ("text", "problem", "first"):
        said[name] = storable(said[name])
    said["problem"] = said["problem"][:PROBLEM]
    return said


def drop_asked(rows: int) -> None:
    """Delete all that a run asked and was answered."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM simapp_modelreply WHERE run_id = %s", [rows])
        cursor.execute("DELETE FROM simapp_questionbatch WHERE run_id = %s", [rows])
