"""How a decision worker answers a batch: taken under a claim, answered whole, kept once.

The claim fences the answer as a run's token fences its commits: a worker that was thought lost, or that nobody waits
for any more, may still end its work, but what it brings is only put into the cache and counted as late.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from django.db import connection, transaction
from django.db.models import F
from django.db.utils import Error, InterfaceError, OperationalError
from django.utils import timezone

from agents.asking import Asked, Model, ModelAway, Reply, Sampling
from simapp.engine.core.errors import SociariumError
from simapp.models import QuestionBatch, Run
from simapp.runs import checkpoints, questions
from simapp.runs.leases import owner_name
from simapp.runs.models import model_of

logger = logging.getLogger(__name__)

LEASE_SECONDS, RENEW_SECONDS = 5.0, 1.0

Finds = Callable[[Run, str, str], Model]


def answer_batch(batch_id: int, *, model_of: Finds = model_of) -> str:
    """Answer a batch; return "answered", "late" or "away" (it waits for another try), "" where it is not free."""
    claim = _take(batch_id)
    if claim is None:
        return ""
    batch = QuestionBatch.objects.select_related("asker__owner").get(pk=batch_id)
    at = checkpoints.killer(lambda: batch.step, batch.asker_id)
    try:
        with _held(batch_id, claim):
            asked, sampling, keep = questions.unpack(batch)
            keys = [a.question.key(a.model, sampling) for a in asked]
            at("in a batch")
            model = model_of(batch.asker, batch.tier, batch.model)
            replies, cached = replies_of(model, asked, keys, sampling)
            at("batch answered")
    except (ModelAway, SociariumError) as away:
        _put_back(batch_id, claim, str(away))
        return "away"
    except (OperationalError, InterfaceError):
        raise  # the database's trouble: the claim ends by itself
    except Exception as problem:
        logger.exception("batch %s failed", batch_id)
        _put_back(batch_id, claim, f"the decision worker failed: {type(problem).__name__}")
        return "away"
    outcome = _keep(batch, claim, (asked, keys, replies, cached), at, keep=keep)
    at("batch kept")
    return outcome


def replies_of(
    model: Model, asked: Sequence[Asked], keys: Sequence[bytes], sampling: Sampling
) -> tuple[list[Reply], list[bool]]:
    """Return a reply per question, and whether the cache knew it."""
    known = questions.from_cache(keys, model.name)
    rest = [a.question for a, key in zip(asked, keys, strict=True) if key not in known]
    fresh = iter(model.answer(rest, sampling) if rest else [])
    replies = [known[key] if key in known else next(fresh) for key in keys]
    return replies, [key in known for key in keys]


def _take(batch_id: int) -> int | None:
    """Take a batch that nobody has; return the claim."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE simapp_questionbatch SET status = 'taken', claim = claim + 1, taken_by = %s,
                      taken_until = now() + make_interval(secs => %s)
               WHERE id = %s AND (status = 'waiting' OR (status = 'taken' AND taken_until < now()))
               RETURNING claim""",
            [owner_name("decisions"), LEASE_SECONDS, batch_id],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


@contextmanager
def _held(batch_id: int, claim: int) -> Iterator[None]:
    """Renew the claim's lease from a thread: a model may take minutes, and loading it, too."""
    stop = threading.Event()

    def renew() -> None:
        try:
            while not stop.wait(RENEW_SECONDS):
                with suppress(Error), connection.cursor() as cursor:
                    cursor.execute(
                        """UPDATE simapp_questionbatch SET taken_until = now() + make_interval(secs => %s)
                           WHERE id = %s AND claim = %s AND status = 'taken'""",
                        [LEASE_SECONDS, batch_id, claim],
                    )
        finally:
            connection.close()

    thread = threading.Thread(target=renew, name=f"batch-{batch_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def _put_back(batch_id: int, claim: int, problem: str) -> None:
    """Let another worker, or this one later, have the batch; its run says meanwhile what is the matter."""
    logger.warning("batch %s: %s", batch_id, problem)
    mine = QuestionBatch.objects.filter(pk=batch_id, claim=claim, status="taken")
    mine.update(status="waiting", taken_by="", taken_until=None, problem=problem[: questions.PROBLEM])


def _keep(
    batch: QuestionBatch,
    claim: int,
    answered: tuple[Sequence[Asked], Sequence[bytes], Sequence[Reply], Sequence[bool]],
    at: Callable[[str], None],
    *,
    keep: bool,
) -> str:
    asked, keys, replies, cached = answered
    with transaction.atomic():
        mine = QuestionBatch.objects.select_for_update().filter(pk=batch.pk, claim=claim, status="taken")
        if mine.exists():
            questions.keep_replies(batch, asked, keys, replies, cached)
            kept = {} if keep else {"asked": None}
            mine.update(status="answered", answered=timezone.now(), problem="", **kept)
            outcome = "answered"
        else:
            QuestionBatch.objects.filter(pk=batch.pk).update(late=F("late") + 1)
            outcome = "late"
        fresh = [i for i, known in enumerate(cached) if not known]
        questions.keep_in_cache([asked[i] for i in fresh], [keys[i] for i in fresh], [replies[i] for i in fresh])
        at("replies written")
    return outcome
