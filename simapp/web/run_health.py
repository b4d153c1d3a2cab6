"""What the Health tab says: what is pending now, the worker, the queues, and where the time of the last steps went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from simapp.models import Export, QuestionBatch, RunStep
from simapp.runs import queues
from simapp.runs.asking import AGAIN_SECONDS, OPEN
from simapp.runs.doing import A_MEMBER, doing_of, waits_for
from simapp.runs.points import past_of
from simapp.runs.reconciler import AGAIN_SECONDS as TAKEN_OVER_SECONDS
from simapp.runs.services import OVER
from simapp.web.numbers import clock_time, thousands, three_digits

if TYPE_CHECKING:
    from simapp.models import Run

BATCHES = 10  # shown of those that models have not answered
EXPORTS = 5  # shown of those that are being written
STEPS = 40  # whose stage times are drawn
FEWEST = 10  # bars that there is room for: a single step is a bar, not a wall
COLOURS = 5  # stages with a colour of their own; the others share one
WIDTH, HEIGHT = 10, 100  # of a bar, in units of the picture


@dataclass(frozen=True)
class Pending:
    """What the run waits for: in words, the attempt it is, the last error and what happens next ("" unknown).

    busy: nothing is waited for, and `what` is being done.
    """

    what: str
    attempt: str
    error: str
    next: str
    held: bool
    busy: bool = False


@dataclass(frozen=True)
class Batch:
    """Questions that a model has not answered. `next`: when they are sent or given to another worker again."""

    model: str
    questions: int
    status: str
    attempt: int
    worker: str
    problem: str
    age: str
    next: str


@dataclass(frozen=True)
class Stage:
    """A stage over the drawn steps: colour 1 .. 6, seconds per step, share in %."""

    name: str
    colour: int
    seconds: float
    share: float

    @property
    def mean(self) -> str:
        """Its time per step as people read it."""
        return _seconds(self.seconds)


@dataclass(frozen=True)
class Part:
    """A piece of a bar of the picture; says: which step and stage it is, and how long that took."""

    colour: int
    x: int
    y: float
    height: float
    says: str


@dataclass(frozen=True)
class Stages:
    """Stage times of the newest steps as stacked bars. most: seconds of the highest bar."""

    legend: list[Stage]
    parts: list[Part]
    first: int
    last: int
    width: int
    most: str


def context(run: Run) -> dict[str, Any]:
    """Everything that only the Health tab shows."""
    batches, open_ = _batches(run)
    return {
        "pending": _pending(run, batches),
        "batches": batches,
        "batches_open": open_,
        "batches_more": open_ - len(batches),
        "exports": _exports(run),
        "queues": queues.depths(),
        "bars": stages_of(run),
    }


def _exports(run: Run) -> list[str]:
    """What is written of the run beside its steps, in words."""
    open_ = Export.objects.filter(run=run, status__in=("queued", "running")).order_by("pk")[:EXPORTS]
    return [
        f"{one.get_format_display()}: "
        + (f"{100 * one.progress:.0f} % written" if one.status == "running" else "waits for a worker")
        for one in open_
    ]


def _batches(run: Run) -> tuple[list[Batch], int]:
    if run.status in OVER:
        return [], 0
    found = QuestionBatch.objects.filter(run_id=run.rows, step=run.step + 1, status__in=OPEN).defer("asked")
    rows = list(found.order_by("pk")[: BATCHES + 1])
    count = len(rows) if len(rows) <= BATCHES else found.count()
    return [_batch(row) for row in rows[:BATCHES]], count


def _batch(row: QuestionBatch) -> Batch:
    now = timezone.now()
    if row.status == "waiting":
        again = AGAIN_SECONDS - (now - row.created).total_seconds()
        following = f"sent again in {again:.0f} s" if again > 0 else "sent again now"
    else:
        left = (row.taken_until - now).total_seconds() if row.taken_until else 0.0
        following = f"given to another in {left:.0f} s" if left > 0 else "given to another now"
    return Batch(
        model=row.model,
        questions=len(row.users),
        status=row.status,
        attempt=max(row.claim, 1) if row.status == "taken" else row.claim + 1,
        worker=row.taken_by,
        problem=row.problem,
        age=clock_time((now - row.created).total_seconds()),
        next=following,
    )


def _pending(run: Run, batches: list[Batch]) -> Pending:
    """One line of what is pending, from what the run's owner and its batches noted."""
    if run.status in OVER:
        return Pending("nothing: the run is over", "", run.error, "", held=False)
    error = next((batch.problem for batch in batches if batch.problem), "")
    if run.lease_until is not None and run.lease_until < timezone.now():
        silent = (timezone.now() - run.lease_until).total_seconds()
        return Pending(
            "a worker to take over from the one that fell silent",
            f"owner no. {run.token + 1}",
            f"the lease of its owner ran out {silent:.0f} s ago",
            f"the reconciler looks every second and sends it again every {TAKEN_OVER_SECONDS:.0f} s",
            held=True,
        )
    if batches:
        attempt = max(batch.attempt for batch in batches)
        following = min(batches, key=lambda batch: batch.attempt).next
        what = run.waiting or f"{batches[0].model} to answer"
        return Pending(what, f"no. {attempt}", error, following, held=bool(error))
    if (now := doing_of(run)) and not run.waiting:
        return Pending(now, f"owner no. {run.token}", "", _after(run), held=False, busy=True)
    if run.waiting or run.status == "paused":
        following = {
            "paused": "when a member resumes or steps the run",
            "queued": "when a worker is free; it is sent again by itself",
        }.get(run.status, "")
        what = waits_for(run) or A_MEMBER
        return Pending(what, f"owner no. {run.token}" if run.token else "", "", following, held=True)
    stage = str(run.heartbeat.get("stage") or "")
    making = f"nothing: step {thousands(run.step + 1)} is being made" + (f" ({stage})" if stage else "")
    return Pending(making, f"owner no. {run.token}", "", "", held=False)


def _after(run: Run) -> str:
    """What comes after what the owner does outside of a step."""
    if run.wanted != "run":
        return f"it is {'paused' if run.wanted == 'pause' else 'stopped'}, as a member asked"
    if run.step >= run.steps:
        return "the run is over: its last step is done"
    return "step 1" if run.step < 0 else f"step {thousands(run.step + 1)}"


def stages_of(run: Run) -> Stages | None:
    """Return where the time of the newest steps went; None before there is any."""
    found = RunStep.objects.filter(past_of(run), step__gt=run.step - STEPS, step__lte=run.step).order_by("step")
    rows = [(step, stages) for step, stages in found.values_list("step", "stages") if stages]
    if not rows:
        return None
    sums: dict[str, float] = {}
    for _, stages in rows:
        for name, seconds in stages.items():
            sums[name] = sums.get(name, 0.0) + seconds
    order = sorted(sums, key=lambda name: -sums[name])
    colour = {name: min(place, COLOURS + 1) for place, name in enumerate(order, 1)}
    all_ = sum(sums.values()) or 1.0
    legend = [
        Stage(name, colour[name], sums[name] / len(rows), 100 * sums[name] / all_) for name in order[:COLOURS]
    ]
    if rest := order[COLOURS:]:
        seconds = sum(sums[name] for name in rest)
        legend.append(Stage("other", COLOURS + 1, seconds / len(rows), 100 * seconds / all_))
    most = max(sum(stages.values()) for _, stages in rows) or 1.0
    parts = []
    for place, (step, stages) in enumerate(rows):
        top = float(HEIGHT)
        for name in order:
            height = HEIGHT * stages.get(name, 0.0) / most
            top -= height
            says = f"step {thousands(step)}, {name}: {_seconds(stages.get(name, 0.0))}"
            parts.append(Part(colour[name], place * WIDTH, round(top, 2), round(height, 2), says))
    return Stages(legend, parts, rows[0][0], rows[-1][0], max(len(rows), FEWEST) * WIDTH, _seconds(most))


def _seconds(value: float) -> str:
    return f"{three_digits(1000 * value)} ms" if value < 1 else f"{three_digits(value)} s"
