"""Rewind: a run goes back to one of its steps; what it did after that is kept as an archived run, its tail.

A rewind is a fork that archives the old tail. The rows stay where they lie (bulk tables are insert-only); what
changes is whose they are: the tail is a new row of `Run` that takes over the number under which they lie, and
the run becomes a fork of its tail, writing under a number of its own. Everybody who knows the run by its number
finds it where it went back to.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils import timezone

from simapp.engine.core.errors import WrongInput
from simapp.models import Run
from simapp.runs import forks, messages, services
from simapp.runs.doing import A_MEMBER
from simapp.runs.points import state_of
from simapp.runs.services import OVER, Refused
from simapp.store.lineage import segments_of

WAITS = A_MEMBER
# What an archived tail has from the run as it was.
_KEPT = (
    "scenario_version", "seed", "owner", "project", "pace", "step", "steps", "users", "events", "digest",
    "impressions_digest", "fingerprint", "error", "keep", "parent", "fork_step", "feed_chosen", "started", "ended",
)  # fmt: skip


def rewind(*, run: Run, to: int, member: Any) -> Run:
    """Put the run back to step `to`, paused; return its archived tail.

    Whoever owned the run has lost it: the token grows in the same transaction, so its next commit changes
    nothing. Forks of the run at a later step are forks of the tail from then on. Raises WrongInput or Refused
    with one sentence; nothing has changed then.
    """
    with transaction.atomic():
        found = Run.objects.select_for_update(of=("self",)).select_related(
            "scenario_version__scenario", "parent"
        ).get(pk=run.pk)  # fmt: skip
        _check(found, to)
        past = segments_of(found, to)
        digest, impressions, events = forks.standing_at(past, to)
        tail = Run.objects.create(
            **{name: getattr(found, name) for name in _KEPT},
            title=_tail_title(found, to),
            status=found.status if found.status in OVER else Run.Status.STOPPED,
            wanted=Run.Wanted.STOP,
            rows_under=found.rows,
            tail_of=found,
        )
        if tail.ended is None:
            Run.objects.filter(pk=tail.pk).update(ended=timezone.now())
        Run.objects.filter(parent=found, fork_step__gt=to).exclude(pk=tail.pk).update(parent=tail)
        Run.objects.filter(pk=found.pk).update(
            parent=tail, fork_step=to, feed_chosen=False, rows_under=tail.pk, step=to, digest=digest,
            impressions_digest=impressions, events=events, rewinds=found.rewinds + 1, token=found.token + 1,
            lease_until=None, owner_name="", heartbeat={}, status=Run.Status.PAUSED, wanted=Run.Wanted.PAUSE,
            pause_at=None, waiting=WAITS, error="", ended=None,
        )  # fmt: skip
        services.note(member, "rewind", found, to=to, tail=tail.pk)
        run.refresh_from_db()
        transaction.on_commit(lambda: messages.publish(state_of(run)))
    return tail


def _check(run: Run, to: int) -> None:
    if run.deleted is not None:
        msg = f"Run {run.pk} was deleted."
        raise Refused(msg)
    if not 0 <= to <= run.step:
        upto = "has no steps yet" if run.step < 0 else f"has steps 0 to {run.step}"
        msg = f"to is {to}; run {run.pk} {upto}."
        raise WrongInput(msg)
    if to == run.step:
        msg = f"Run {run.pk} is at step {to}; there is nothing to take off."
        raise Refused(msg)
    if run.tail_of_id is not None:
        msg = f"Run {run.pk} is an archived tail of run {run.tail_of_id}; it stays as it is. Fork it instead."
        raise Refused(msg)
    if not forks.made_alike(run, to):
        msg = (
            f"Run {run.pk} is a fork with settings of its own from step {run.fork_step} on; "
            f"it cannot go back to step {to}. Fork run {run.parent_id} there instead."
        )
        raise Refused(msg)


def _tail_title(run: Run, to: int) -> str:
    plain = re.sub(r" · archived after \d+$", "", run.title or run.scenario_version.scenario.title)
    return f"{plain[:170]} · archived after {to}"
