"""An experiment's cells as they stand: the newest run of each arm and replicate, counted and timed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from simapp.models import Arm, Cell, Experiment, Run
from simapp.runs.services import OVER

GONE = "gone"  # the status of a cell whose run was deleted
FAILED = ("failed", GONE)
# What a grid says first.
STATUSES = ("finished", "running", "queued", "paused", "stopped", "failed", GONE)


@dataclass(frozen=True)
class Place:
    """One cell: its newest attempt. run: None where it was deleted."""

    arm: Arm
    replicate: int
    seed: int
    attempt: int
    run: Run | None

    @property
    def status(self) -> str:
        """The run's status, or gone."""
        return GONE if self.run is None else str(self.run.status)


@dataclass(frozen=True)
class Grid:
    """arms: the control first. rows: of each arm, its places by replicate."""

    arms: list[Arm]
    rows: list[list[Place]]

    @property
    def places(self) -> list[Place]:
        """Every place, arm by arm."""
        return [place for row in self.rows for place in row]

    @property
    def counts(self) -> dict[str, int]:
        """Status -> how many cells have it, those that none has left out."""
        found = Counter(place.status for place in self.places)
        return {status: found[status] for status in STATUSES if found[status]}

    @property
    def over(self) -> bool:
        """Whether no cell will make another step by itself."""
        return all(place.status in (*OVER, GONE) for place in self.places)

    @property
    def done(self) -> int:
        """Steps that were made, of those of `total`."""
        return sum(max(place.run.step, 0) for place in self.places if place.run)

    @property
    def total(self) -> int:
        """Steps that all cells have together."""
        return sum(place.run.steps for place in self.places if place.run)

    @property
    def seconds_left(self) -> float | None:
        """At the pace of what runs now; None where nothing says."""
        rates = [
            float(place.run.heartbeat.get("rate") or 0.0)
            for place in self.places
            if place.run and place.status == "running"
        ]
        left = sum(place.run.steps - max(place.run.step, 0) for place in self.places if place.run
                   and place.status in ("running", "queued"))  # fmt: skip
        return left / sum(rates) if sum(rates) > 0 else None

    def runs(self, *statuses: str) -> list[Run]:
        """The runs of the cells that have one of these statuses; all without any."""
        return [
            place.run for place in self.places if place.run and (not statuses or place.status in statuses)
        ]


def grid_of(experiment: Experiment) -> Grid:
    """Return the cells of an experiment in three queries."""
    arms = list(experiment.arms.all())
    newest: dict[tuple[int, int], Cell] = {}
    cells = Cell.objects.filter(arm__experiment=experiment).order_by("attempt")
    for cell in cells:
        newest[cell.arm_id, cell.replicate] = cell
    named = [cell.run_id for cell in newest.values() if cell.run_id]
    runs = (
        Run.objects.filter(pk__in=named, deleted=None).select_related("parent").defer("fingerprint", "error")
    )
    found = {run.pk: run for run in runs}
    rows = [
        [
            Place(
                arm,
                replicate,
                experiment.first_seed + replicate - 1,
                cell.attempt if (cell := newest.get((arm.pk, replicate))) else 0,
                found.get(cell.run_id or 0) if cell else None,
            )
            for replicate in range(1, experiment.replicates + 1)
        ]
        for arm in arms
    ]
    return Grid(arms, rows)
