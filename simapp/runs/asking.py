"""How a run's owner asks models: batches on the `decisions` queue, replies from the input log.

A question has one reply for good, under (run, step, user). What was answered is never asked again; what was asked and
not answered is waited for, whoever asked. PostgreSQL is the queue of record, Celery only carries.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from agents.asking import Asked, Reply, Sampling
from agents.routing.limits import MustPause
from simapp.engine.core.errors import LostLease, SociariumError
from simapp.models import ModelReply, QuestionBatch, Run
from simapp.runs import questions, services, tasks
from simapp.runs.leases import owner_gone
from simapp.scenarios.document import load_scenario
from simapp.scenarios.parts.models import Models

if TYPE_CHECKING:
    from simapp.runs.leases import Lease

# Questions that go together: an endpoint is asked about as many at once as it takes, a lost worker costs a batch.
BATCH = {"endpoint": 256, "local": 64}
POLL_SECONDS = 0.02
AGAIN_SECONDS = 3.0  # a batch that nobody took for so long is sent again
PATIENCE_SECONDS = 5.0  # a pause that is asked for waits so long for the step to end
OPEN = ("waiting", "taken")


class NotRecorded(SociariumError):
    """A step that is repeated asks for a reply that the input log does not hold."""


class StoppedWaiting(SociariumError):
    """Members do not want the step any more that waits for models."""


@dataclass
class Recorded:
    """Answers from the input log only: for steps that were committed."""

    rows: int

    def ask(self, step: int, asked: Sequence[Asked]) -> list[Reply]:
        """Return the recorded replies; NotRecorded names the first user who has none."""
        known = questions.recorded(self.rows, step)
        for a in asked:
            if a.question.user not in known:
                msg = f"step {step} asks about user {a.question.user}, of whom no reply is recorded"
                raise NotRecorded(msg)
        return [known[a.question.user] for a in asked]


@dataclass
class Queue:
    """Asks under a lease. seconds: how long a step waits, then: "retry", "rules" or "pause".

    keep: whether prompts stay with their batch. answers: "models" or "cache"; file: the imported file that answers
    then, None for what models answered here. stopping: whether the wait must end now. told: hears what is waited
    for, as one sentence.
    """

    lease: Lease
    rows: int
    committed: Callable[[], int]
    sampling: Sampling
    seconds: float = 120.0
    then: str = "retry"
    keep: bool = True
    answers: str = "models"
    file: int | None = None
    stopping: Callable[[], bool] = lambda: False
    told: Callable[[str], None] = lambda _sentence: None
    send: Callable[[int], None] = lambda pk: services.quietly(tasks.decide_batch, pk)
    _sent: dict[int, float] = field(default_factory=dict)

    def ask(self, step: int, asked: Sequence[Asked]) -> list[Reply]:
        """Return one reply per question. Raises MustPause, StoppedWaiting or LostLease where none can be had."""
        if not asked:
            return []
        if step <= self.committed():
            return Recorded(self.rows).ask(step, asked)
        if self.answers == "cache":
            self._from_cache(step, asked)
        else:
            self._send(self._open_batches(step, asked))
            self._wait(step)
        known = questions.recorded(self.rows, step)
        return [known[a.question.user] for a in asked]

    def _open_batches(self, step: int, asked: Sequence[Asked]) -> list[int]:
        """Make batches of what nobody has asked yet; return all that are open."""
        with transaction.atomic():
            self._mine()
            held = set(
                ModelReply.objects.filter(run_id=self.rows, step=step).values_list("user_id", flat=True)
            )
            open_ = QuestionBatch.objects.filter(run_id=self.rows, step=step, status__in=OPEN)
            sent = []
            for pk, users in open_.values_list("pk", "users"):
                held.update(users)
                sent.append(pk)
            made = QuestionBatch.objects.bulk_create(
                QuestionBatch(
                    run_id=self.rows, asker_id=self.lease.run_id, step=step, tier=tier, model=model,
                    users=[a.question.user for a in part], asked=questions.pack(part, self.sampling, keep=self.keep),
                )
                for (tier, model), part in _parted(a for a in asked if a.question.user not in held)
            )  # fmt: skip
        return sent + [batch.pk for batch in made]

    def _mine(self) -> None:
        """Hold the run's row, so that nobody takes the run over while batches are made in its name."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM simapp_run WHERE id = %s AND token = %s FOR SHARE",
                [self.lease.run_id, self.lease.token],
            )
            if cursor.fetchone() is None:
                raise LostLease(f"run {self.lease.run_id} is owned by another worker")

    def _send(self, batches: Iterable[int]) -> None:
        for pk in batches:
            self._sent[pk] = time.monotonic()
            self.send(pk)

    def _wait(self, step: int) -> None:
        began, until = time.monotonic(), time.monotonic() + self.seconds
        said = ""
        while True:
            open_ = list(
                QuestionBatch.objects.filter(run_id=self.rows, step=step, status__in=OPEN).values_list(
                    "pk", "status", "model", "problem", "users"
                )
            )
            if not open_:
                self.told("")
                return
            if time.monotonic() - began > 1.0:
                sentence = _sentence(open_)
                if sentence != said:
                    self.told(sentence)
                    said = sentence
            self._heed(step, time.monotonic() - began)
            if time.monotonic() >= until and self.then != "retry":
                self._give_up(step, [row[0] for row in open_])
                continue
            now = time.monotonic()
            # The reconciler sends again as well; this is the sooner for a broker that lost a message.
            self._send(
                pk
                for pk, status, *_ in open_
                if status == "waiting" and now - self._sent.get(pk, now) > AGAIN_SECONDS
            )
            time.sleep(POLL_SECONDS)

    def _heed(self, step: int, waited: float) -> None:
        row = (
            Run.objects.filter(pk=self.lease.run_id, token=self.lease.token)
            .values_list("wanted", flat=True)
            .first()
        )
        if row is None:
            raise LostLease(f"run {self.lease.run_id} is owned by another worker")
        if row == "stop" or self.stopping() or (row == "pause" and waited > PATIENCE_SECONDS):
            raise StoppedWaiting(f"step {step} waits for models no more")

    def _give_up(self, step: int, batches: Sequence[int]) -> None:
        """End the wait as the scenario says: the run pauses, or those unanswered decide by rules."""
        if self.then == "pause":
            msg = f"models that did not answer within {self.seconds:g} seconds in step {step}; resume to ask again"
            raise MustPause(msg)
        with transaction.atomic():
            self._mine()
            open_ = QuestionBatch.objects.select_for_update().filter(pk__in=batches, status__in=OPEN)
            for batch in open_:
                problem = f"no answer within {self.seconds:g} second{'s' if self.seconds != 1 else ''}"
                late = Reply("", "late", "", tries=0, problem=problem)
                asked, sampling, _ = questions.unpack(batch)
                keys = [a.question.key(a.model, sampling) for a in asked]
                questions.keep_replies(batch, asked, keys, [late] * len(asked), [False] * len(asked))
                batch.status, batch.answered = "closed", timezone.now()
                batch.asked = batch.asked if self.keep else None
                batch.save(update_fields=["status", "answered", "asked"])

    def _from_cache(self, step: int, asked: Sequence[Asked]) -> None:
        held = set(ModelReply.objects.filter(run_id=self.rows, step=step).values_list("user_id", flat=True))
        wanted = [a for a in asked if a.question.user not in held]
        keys = {a.question.user: a.question.key(a.model, self.sampling) for a in wanted}
        found = questions.from_cache(keys.values(), file=self.file)
        missing = next((a for a in wanted if keys[a.question.user] not in found), None)
        if missing is not None:
            source = "the reply cache" if self.file is None else f"the imported reply file {self.file}"
            msg = (
                f"a reply to user {missing.question.user} in step {step}, which {source} does not hold "
                f"(model {missing.model})"
            )
            raise MustPause(msg)
        with transaction.atomic():
            self._mine()
            for (tier, model), part in _parted(wanted):
                batch = QuestionBatch.objects.create(
                    run_id=self.rows, asker_id=self.lease.run_id, step=step, tier=tier, model=model,
                    users=[a.question.user for a in part], status="answered", answered=timezone.now(),
                    asked=questions.pack(part, self.sampling, keep=True) if self.keep else None,
                )  # fmt: skip
                named = [keys[a.question.user] for a in part]
                questions.keep_replies(batch, part, named, [found[key] for key in named], [True] * len(part))


def queue_of(
    run: Run, lease: Lease, committed: Callable[[], int], stopping: Callable[[], bool], told: Callable[[str], None]
) -> Queue:  # fmt: skip
    """Return how the owner of `run` asks, as the run's document says."""
    models = load_scenario(run.scenario_version.document).minds.models or Models()
    return Queue(
        lease=lease, rows=run.rows, committed=committed, sampling=Sampling(**models.sampling.model_dump()),
        seconds=models.waiting.seconds, then=models.waiting.then, keep=keeps_prompts(models, run.users),
        answers=run.answers, file=run.replies_from_id, stopping=stopping, told=told,
    )  # fmt: skip


def keeps_prompts(models: Models, users: int) -> bool:
    """Whether the prompts of a run of so many users stay with their batches."""
    return models.keep_prompts if models.keep_prompts is not None else users <= models.keep_prompts_up_to


def resend_waiting() -> list[int]:
    """Return the batches that no worker has, although somebody waits: for the reconciler.

    The claim of a worker that is known to be dead ends here, sooner than by itself.
    """
    for pk, worker, claim in QuestionBatch.objects.filter(status="taken").values_list("pk", "taken_by", "claim"):
        if owner_gone(worker):
            QuestionBatch.objects.filter(pk=pk, claim=claim, status="taken").update(taken_until=Now())
    now = timezone.now()
    nobody = QuestionBatch.objects.filter(
        status="waiting", created__lt=now - timedelta(seconds=AGAIN_SECONDS)
    )
    lost = QuestionBatch.objects.filter(status="taken", taken_until__lt=now)
    return list((nobody | lost).order_by("pk").values_list("pk", flat=True)[:200])


def _parted(asked: Iterable[Asked]) -> list[tuple[tuple[str, str], list[Asked]]]:
    """Return questions by the tier and model that they go to, in parts of a batch's size."""
    by: dict[tuple[str, str], list[Asked]] = {}
    for a in asked:
        by.setdefault((a.tier, a.model), []).append(a)
    parts = []
    for name, all_ in by.items():
        size = BATCH.get(name[0], 64)
        parts += [(name, all_[lo : lo + size]) for lo in range(0, len(all_), size)]
    return parts


def _sentence(open_: Sequence[tuple[int, str, str, str, list[int]]]) -> str:
    questions_left = sum(len(row[4]) for row in open_)
    models = ", ".join(sorted({row[2] for row in open_}))
    sentence = f"{models} to answer {questions_left} questions"
    problem = next((row[3] for row in open_ if row[3]), "")
    return f"{sentence} ({problem})" if problem else sentence
