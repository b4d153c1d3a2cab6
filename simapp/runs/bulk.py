"""One wish for many runs: each is asked for itself, and what cannot be done is told run by run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum

from simapp.engine.core.errors import SociariumError, WrongInput
from simapp.models import Export, Run, RunFile
from simapp.runs import access, deletion, services
from simapp.runs.roles import LAUNCH, STEER
from simapp.runs.tags import add_tags, checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST = 200
STEERING: dict[str, Callable[..., None]] = {
    "pause": services.pause,
    "resume": services.resume,
    "stop": services.stop,
}


@dataclass
class Outcome:
    """done: the runs for which it was done. refused: (run, one sentence) of the others."""

    done: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Loss:
    """What a deletion of a run takes: steps, events, bytes of files, exports, tails; forks that keep its rows."""

    run: Run
    steps: int
    size: int
    exports: int
    tails: int
    forks: tuple[int, ...]


def chosen(member: Any, numbers: Iterable[str]) -> list[Run]:
    """Return the runs with these numbers that the member may see, each once. Raises WrongInput for none or too many."""
    plain = [one for one in numbers if one.isascii() and one.isdecimal() and len(one) < 18]
    wanted = list(dict.fromkeys(int(one) for one in plain))
    if len(wanted) > MOST:
        msg = f"run names {len(wanted)} runs; {MOST} can be chosen at once."
        raise WrongInput(msg)
    found = access.runs_for(member).filter(pk__in=wanted).select_related("scenario_version__scenario", "owner")
    runs = list(found.defer("scenario_version__document", "fingerprint").order_by("pk"))
    if not runs:
        raise WrongInput("run names no run that is there.")
    return runs


def steer(*, runs: Sequence[Run], member: Any, action: str) -> Outcome:
    """Pause, resume or stop each run."""
    if action not in STEERING:
        msg = f"action is {action[:40]!r}; it must be one of {', '.join(STEERING)}."
        raise WrongInput(msg)
    return _each(runs, member, STEER, lambda run: STEERING[action](run=run, member=member))


def tag(*, runs: Sequence[Run], member: Any, tags: Iterable[str]) -> Outcome:
    """Add tags to each run."""
    wanted = checked(tags)
    if not wanted:
        raise WrongInput("tags is empty; it must name one tag or more, with commas between them.")
    return _each(runs, member, STEER, lambda run: add_tags(run=run, member=member, tags=wanted))


def export(*, runs: Sequence[Run], member: Any, format: str) -> Outcome:
    """Ask for an export of each run."""
    if format not in Export.Format.values:
        msg = f"format is {format[:40]!r}; it must be one of {', '.join(Export.Format.values)}."
        raise WrongInput(msg)
    return _each(runs, member, LAUNCH, lambda run: services.start_export(run=run, member=member, format=format))


def delete(*, runs: Sequence[Run], member: Any) -> Outcome:
    """Delete each run with its archived tails."""
    return _each(runs, member, STEER, lambda run: deletion.delete(run=run, member=member))


def losses(runs: Sequence[Run]) -> list[Loss]:
    """Return what a deletion of these runs would take."""
    numbers = [run.pk for run in runs]
    counted = Run.objects.filter(pk__in=numbers).annotate(
        n_exports=Count("exports", distinct=True),
        n_tails=Count("tails", filter=Q(tails__deleted=None), distinct=True),
    )
    counts = {run.pk: run for run in counted.only("pk")}
    held = RunFile.objects.filter(run_id__in=[run.rows for run in runs], kept=True)
    sizes = dict(held.order_by().values_list("run_id").annotate(Sum("bytes")))
    return [
        Loss(
            run,
            max(run.step, 0),
            int(sizes.get(run.rows) or 0),
            counts[run.pk].n_exports,  # type: ignore[attr-defined]
            counts[run.pk].n_tails,  # type: ignore[attr-defined]
            tuple(deletion.living_forks([run.pk])),
        )
        for run in runs
    ]


def _each(runs: Sequence[Run], member: Any, right: str, do: Callable[[Run], Any]) -> Outcome:
    outcome = Outcome()
    allowed = set(access.runs_with(member, right).filter(pk__in=[run.pk for run in runs]).values_list("pk", flat=True))
    for run in runs:
        if run.pk not in allowed:
            outcome.refused.append((run.pk, "You may look at this run, but not do that to it."))
            continue
        try:
            do(run)
        except SociariumError as problem:
            outcome.refused.append((run.pk, str(problem)))
        else:
            outcome.done.append(run.pk)
    return outcome
