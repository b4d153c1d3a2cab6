"""The lines of the list of runs: what each says, and what of it moves while it is looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from simapp.metrics.registry import metric_named
from simapp.models import Run
from simapp.runs.run_lists import headline
from simapp.runs.run_settings import in_words
from simapp.store.models import plain_title
from simapp.web.numbers import clock_time, thousands, three_digits
from simapp.web.sparkline import Spark, list_sparks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DOT = " \u00b7 "  # between the parts of a name


@dataclass
class Row:
    """One line. `group`: the heading that stands above it, None where none does."""

    run: Run
    name: str
    headline: str
    label: str
    spark: Spark | None
    last: str
    eta: str
    done: int
    steps: str
    users: str
    duration: str
    why: str
    settings: list[tuple[str, str]] = field(default_factory=list)
    group: Any = None

    @property
    def parts(self) -> list[str]:
        """The name in at most two parts: of an experiment's run the experiment, and its arm and replicate."""
        return self.name.split(DOT, 1)

    def moving(self) -> dict[str, Any]:
        """Return what changes while the run goes on, for a page that shows this line already."""
        return {
            "id": self.run.pk,
            "status": self.run.status,
            "eta": self.eta,
            "done": self.done,
            "total": max(self.run.steps, 1),
            "steps": self.steps,
            "path": self.spark.path if self.spark else "",
            "last": self.last,
            "label": self.label,
            "duration": self.duration,
            "why": self.why,
        }


def rows(found: Iterable[Run], paths: Sequence[str] = ()) -> list[Row]:
    """Return lines, with the sparklines of all of them read at once; `paths`: settings that each also shows."""
    named = [(run, headline(run)) for run in found]
    sparks = list_sparks(named)
    columns = [(f"shown_{nth}", path) for nth, path in enumerate(paths)]
    made = []
    for run, name in named:
        row = _row(run, name, sparks.get(run.pk))
        row.settings = [(path, in_words(getattr(run, column))) for column, path in columns]
        made.append(row)
    return made


def _row(run: Run, name: str, spark: Spark | None) -> Row:
    rate = (run.heartbeat or {}).get("rate")
    left = run.steps - run.step
    running = run.status == Run.Status.RUNNING
    return Row(
        run=run,
        name=plain_title(run.title or run.scenario_version.scenario.title, 80),
        headline=name,
        label=metric_named(name).label,
        spark=spark,
        last=three_digits(spark.last) if spark and spark.last is not None else "",
        eta=clock_time(left / rate) if running and rate and left > 0 else "",
        done=max(run.step, 0),
        steps=f"{thousands(max(run.step, 0))} / {thousands(run.steps)}",
        users=thousands(run.users),
        duration=_duration(run),
        why=_why(run),
    )


def _duration(run: Run) -> str:
    if run.started is None:
        return ""
    return clock_time(((run.ended or timezone.now()) - run.started).total_seconds())


def _why(run: Run) -> str:
    """Why a run failed, or what one that goes on waits for."""
    if run.status == Run.Status.FAILED:
        return run.error[:140]
    return f"waiting for {run.waiting[:120]}" if run.waiting else ""
