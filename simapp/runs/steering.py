"""What members do to a running run: an intervention becomes an input of a step that nobody has begun yet.

The order is made by the run's row alone. Whoever adds or takes back an input holds it; an owner moves `step` by an
update of it when it commits, and sets `status` by one before it makes the first step after a pause. So while the row
is held, every step from `earliest` on is one whose inputs the owner has yet to read, and it costs a step nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from simapp.engine.core.errors import WrongInput
from simapp.models import QuestionBatch, Run, RunInput
from simapp.runs import services
from simapp.runs.services import OVER, Refused
from simapp.runs.sink import BEHIND_USERS
from simapp.runs.wishes import Wish, settled, wish_of

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_PER_STEP = 100


@dataclass(frozen=True)
class Planned:
    """An input that was added: number `seq` of step `step`; kind and settings as in the input log."""

    step: int
    seq: int
    kind: str
    settings: dict[str, Any]


def intervene(*, run: Run, member: Any, said: Mapping[str, Any], at: int | None = None) -> Planned:
    """Add an intervention to the run: at its next step, or at step `at`; one already under way gives the next.

    said: `kind` and the fields of that kind, as in a scenario, but for `post`, which may be a post's number as text.
    Raises ScenarioInvalid or WrongInput, which name the field, and Refused where the run takes no more; nothing
    has changed then.
    """
    wish = wish_of(run, said, at)
    with transaction.atomic():
        held = _held(run)
        step = _step(held, at)
        return add(held, member, wish, step)


def add(held: Run, member: Any, wish: Wish, step: int) -> Planned:
    """Add a checked wish to a step that nobody has begun. `held`: the run's row, locked by this transaction."""
    wish.check_with(held, step)
    seqs = RunInput.objects.filter(run_id=held.rows, step=step).aggregate(top=Max("seq"))["top"]
    seq = 0 if seqs is None else seqs + 1
    if seq >= MOST_PER_STEP:
        msg = f"Step {step} has {MOST_PER_STEP} interventions of members already; choose another step."
        raise Refused(msg)
    settings = settled(held, wish, step, seq)
    who = member.pk if getattr(member, "pk", None) else None
    RunInput.objects.create(run_id=held.rows, step=step, seq=seq, kind=wish.kind, payload=settings, member_id=who)
    services.note(member, "intervene", held, step=step, seq=seq, kind=wish.kind, settings=settings)
    return Planned(step, seq, wish.kind, settings)


def withdraw(*, run: Run, member: Any, step: int, seq: int) -> None:
    """Take back an intervention that a member planned; Refused once its step may be under way."""
    with transaction.atomic():
        held = _held(run)
        found = RunInput.objects.filter(run_id=held.rows, step=step, seq=seq).first()
        if found is None:
            raise Refused("There is no such planned intervention.")
        if held.status not in OVER and step < earliest(held):
            msg = f"It is too late to withdraw it: step {step} is done or under way."
            raise Refused(msg)
        if step <= held.step:
            msg = f"It cannot be withdrawn: it was done at step {step}."
            raise Refused(msg)
        RunInput.objects.filter(run_id=held.rows, step=step, seq=seq).delete()
        services.note(member, "withdraw", held, step=step, seq=seq, kind=found.kind, settings=found.payload)


def earliest(run: Run) -> int:
    """Return the first step whose inputs the run's owner cannot have read. `run`: its row, locked, for a promise."""
    done = max(run.step, 0)
    if run.status in (Run.Status.QUEUED, Run.Status.PAUSED):
        # Nobody makes a step. What a pause in the middle of one has asked of models was asked without the input.
        asked = QuestionBatch.objects.filter(run_id=run.rows, step=done + 1).exists()
        return done + 1 + asked
    # One step is being made, and where steps are written behind, another is being written.
    return done + (3 if run.users >= BEHIND_USERS else 2)


def _held(run: Run) -> Run:
    rows = Run.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("scenario_version", "parent").get(pk=run.pk)


def _step(run: Run, at: int | None) -> int:
    if run.deleted is not None:
        msg = f"Run {run.pk} was deleted."
        raise Refused(msg)
    if run.status in OVER or run.wanted == Run.Wanted.STOP:
        stands = run.status if run.status in OVER else "being stopped"
        msg = f"The run is {stands}; nothing can be done in it any more. Fork it at the step where it should differ."
        raise Refused(msg)
    first = earliest(run)
    if at is not None and at <= max(run.step, 0):
        msg = f"at is {at}; it must be a step to come: the run is at step {max(run.step, 0)}."
        raise WrongInput(msg)
    step = first if at is None else max(at, first)
    if step > run.steps:
        asked = f"at is {at}; the" if at is not None else "The"
        last = f"the first step that can still be changed is {first}, and " if at is None or at <= run.steps else ""
        msg = f"{asked} run cannot be changed there: {last}step {run.steps} is its last."
        raise (WrongInput if at is not None else Refused)(msg)
    return step
