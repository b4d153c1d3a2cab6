"""Interviews: questions to users, answered on a clone of the world by a worker, kept apart from the run."""

from __future__ import annotations

import logging
import time
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from simapp.engine.core.errors import SociariumError, WrongInput
from simapp.engine.core.shortened import shortened
from simapp.engine.core.threads import Workers, default_threads
from simapp.models import Probe, Run, RunProbe, RunUser
from simapp.runs import services, tasks
from simapp.runs.clone import clone_at
from simapp.runs.interviewing import Finds, Heard, hear
from simapp.runs.models import model_of
from simapp.store.copy import copy_rows
from simapp.store.lineage import holder_of, segments_of
from simapp.store.tables import PROBES
from simapp.store.writer import storable

if TYPE_CHECKING:
    from django.db.models import Q as Filter

logger = logging.getLogger(__name__)

INTERVIEW = "interview"
MOST_USERS = 200
LONGEST_PROMPT = 2000
OPEN_AT_ONCE = 20  # questions of a run that wait for an answer, at most: each may repeat steps
SILENT_SECONDS = 60  # a worker that has not reported for so long is gone; its work is done again by another
REPORT_SECONDS = 1.0


def interview(*, run: Run, member: Any, users: Sequence[int], prompt: str, step: int | None = None) -> Probe:
    """Ask users of a run a question; a worker answers. `step` None: the last committed one.

    Raises WrongInput that names what cannot be, and Refused before the run has begun.
    """
    with transaction.atomic():
        probe = create(run=run, member=member, users=users, prompt=prompt, step=step)
        transaction.on_commit(lambda: services.quietly(tasks.answer_probe, probe.pk))
    return probe


def create(*, run: Run, member: Any, users: Sequence[int], prompt: str, step: int | None = None) -> Probe:
    """Check and keep a question; nothing is sent yet. Raises as `interview`."""
    if run.step < 0:
        raise services.Refused("Nobody can be asked before the run has begun.")
    at = run.step if step is None else step
    if not 0 <= at <= run.step:
        msg = f"step is {at}; it must be a whole number from 0 to {run.step}, the last step of the run."
        raise WrongInput(msg)
    asked = _checked_users(users, run.users)
    said = _checked_prompt(prompt)
    if Probe.objects.filter(run=run, status__in=["queued", "running"]).count() >= OPEN_AT_ONCE:
        msg = f"{OPEN_AT_ONCE} questions of this run wait for an answer; ask again when some are answered."
        raise services.Refused(msg)
    known = member if member is not None and getattr(member, "pk", None) else None
    probe = Probe.objects.create(run=run, member=known, kind=INTERVIEW, step=at, users=asked, prompt=said)
    services.note(member, INTERVIEW, run, step=at, users=len(asked))
    return probe


def answer(probe_id: int, *, workers: Workers | None = None, model_of: Finds = model_of) -> Probe:
    """Answer one question and keep what was said. A task that arrives twice answers once.

    A failure is kept with its sentence, and so is what others answered where a model could not be asked; trouble of
    the database is raised, and the question stays for another try.
    """
    claimed = Probe.objects.filter(open_(), pk=probe_id).update(
        status="running", touched=Now(), error="", doing="opening the world"
    )
    probe = Probe.objects.select_related("run__scenario_version__scenario").get(pk=probe_id)
    if not claimed:
        return probe
    try:
        heard = _ask(probe, workers or Workers(default_threads()), model_of)
    except SociariumError as problem:
        _end(probe, "failed", error=str(problem))
    except (OperationalError, InterfaceError):
        raise
    except Exception as problem:
        logger.exception("probe %s failed", probe_id)
        _end(probe, "failed", error=f"{type(problem).__name__}: {problem}")
    else:
        _keep(probe, heard)
    probe.refresh_from_db()
    return probe


def open_() -> Filter:
    """Return the filter of questions that may be claimed."""
    return Q(status="queued") | Q(status="running", touched__lt=Now() - timedelta(seconds=SILENT_SECONDS))


def abandoned() -> Filter:
    """Return the filter of questions that nobody works on although they have no answer."""
    silent = Q(status="running", touched__lt=Now() - timedelta(seconds=SILENT_SECONDS))
    return silent | Q(status="queued", created__lt=Now() - timedelta(seconds=3))


def _ask(probe: Probe, workers: Workers, model_of: Finds) -> Heard:
    run = probe.run
    last = [time.monotonic()]

    def report(step: int) -> None:
        if time.monotonic() - last[0] >= REPORT_SECONDS:
            last[0] = time.monotonic()
            Probe.objects.filter(pk=probe.pk).update(touched=Now(), doing=f"repeating step {step} of {probe.step}")

    clone = clone_at(run, probe.step, workers=workers, report=report)
    founder = segments_of(run)[0].run_id

    def handles(users: Sequence[int]) -> dict[int, str]:
        found = RunUser.objects.filter(run_id=founder, user_id__in=list(users)).values_list("user_id", "handle")
        return {user: f"@{handle}" for user, handle in found}

    return hear(probe, clone, handles, model_of)


def _keep(probe: Probe, heard: Heard) -> None:
    """Insert the answers and close the question in one transaction; who comes second finds it closed."""
    types = {name: kind for name, kind in PROBES.columns.items() if name != "created"}
    # With the step that was asked about, so that whoever shares that past finds the answers with it.
    rows_under = holder_of(segments_of(probe.run), probe.step).run_id
    with transaction.atomic(), connection.cursor() as cursor:
        held = Probe.objects.select_for_update().get(pk=probe.pk)
        if held.status == "done" or RunProbe.objects.filter(run_id=rows_under, probe_id=probe.pk).exists():
            return
        rows = (
            (rows_under, probe.pk, held.member_id, held.step, seq, user, tier, held.kind, held.prompt, storable(said))
            for seq, (user, tier, said) in enumerate(zip(held.users, heard.tiers, heard.answers, strict=True))
            if said is not None
        )
        copy_rows(cursor, PROBES.name, types, rows)
        error, cost = " ".join(heard.problems), "; ".join(heard.cost)
        _end(held, "failed" if error else "done", error=error, cost=cost)


def _end(probe: Probe, status: str, *, error: str = "", cost: str = "") -> None:
    """Close a question; what its models took stays as what was done last."""
    Probe.objects.filter(pk=probe.pk).exclude(status="done").update(
        status=status, error=error, doing=shortened(cost, 200), ended=timezone.now()
    )


def _checked_users(users: Sequence[int], known: int) -> list[int]:
    asked = list(users)
    if not 1 <= len(asked) <= MOST_USERS:
        msg = f"users names {len(asked)} users; an interview is with 1 to {MOST_USERS}."
        raise WrongInput(msg)
    for user in asked:
        if isinstance(user, bool) or not isinstance(user, int) or not 0 <= user < known:
            msg = f"users names {user!r}; the run has users 0 to {known - 1}."
            raise WrongInput(msg)
    return asked


def _checked_prompt(prompt: str) -> str:
    said = prompt.replace("\r\n", "\n").strip()
    if not said:
        raise WrongInput("prompt is empty; it must be a question.")
    if len(said) > LONGEST_PROMPT:
        msg = f"prompt has {len(said)} characters; at most {LONGEST_PROMPT} are accepted."
        raise WrongInput(msg)
    wrong = next((c for c in said if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cs"}), None)
    if wrong is not None:
        msg = f"prompt holds the control character U+{ord(wrong):04X}; it must be plain text."
        raise WrongInput(msg)
    return said


def read_users(text: str) -> list[int]:
    """Return the user numbers that a person wrote, such as `1, 2 5-7`; WrongInput names what is none."""
    found: list[int] = []
    for word in text.replace(",", " ").replace(";", " ").split():
        low, dash, high = word.partition("-")
        ends = (low, high) if dash else (low,)
        if not all(end.isascii() and end.isdecimal() and len(end) < 10 for end in ends):
            msg = f"users holds {word[:40]!r}; it must be user numbers such as 1, 2, 5-7."
            raise WrongInput(msg)
        first, last = int(low), int(high) if dash else int(low)
        if last < first or last - first >= MOST_USERS:
            msg = f"users holds {word}; a range goes up and names at most {MOST_USERS} users."
            raise WrongInput(msg)
        found += range(first, last + 1)
    return found
