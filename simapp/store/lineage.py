"""Which rows are a run's past: its own, and up to the fork those of the run it was forked from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simapp.store.models import Run


@dataclass(frozen=True)
class Segment:
    """Steps first .. last (both included) of a past lie under `run_id`; `run` made them."""

    run_id: int
    first: int
    last: int
    run: Run | None = field(default=None, compare=False, repr=False)


def segments_of(run: Run, upto: int | None = None) -> list[Segment]:
    """Return the segments of a run's past up to step `upto` (its last committed step), oldest first."""
    last = run.step if upto is None else min(upto, run.step)
    found: list[Segment] = []
    while run.parent is not None and run.fork_step is not None:
        if last > run.fork_step:
            found.append(Segment(run.rows, run.fork_step + 1, last, run))
        last = min(last, run.fork_step)
        run = run.parent
    found.append(Segment(run.rows, 0, last, run))
    return found[::-1]


def holder_of(segments: Sequence[Segment], step: int) -> Segment:
    """Return the segment in which a step lies. Raises LookupError for a step of no segment."""
    for segment in segments:
        if segment.first <= step <= segment.last:
            return segment
    msg = f"step {step} is not part of this past"
    raise LookupError(msg)


def belongs(alias: str, segments: Sequence[Segment]) -> str:
    """Return the SQL condition that a row of table `alias` belongs to these segments."""
    parts = [
        f"{alias}.run_id = {s.run_id:d} AND {alias}.step BETWEEN {s.first:d} AND {s.last:d}" for s in segments
    ]
    return "(" + " OR ".join(f"({part})" for part in parts) + ")"
