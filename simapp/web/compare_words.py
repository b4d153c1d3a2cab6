"""What the page of Compare was asked for, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.urls import reverse

from simapp.engine.core.errors import WrongInput
from simapp.experiments import side_by_side
from simapp.metrics.registry import metric_named
from simapp.models import Cell, Run
from simapp.runs import access
from simapp.runs.services import OVER
from simapp.web.experiment_words import COLOURS, DASHES, number, signed
from simapp.web.run_charts import chart_named

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.statistics.bands import Kind

DOT = " \u00b7 "  # between the parts of a name
BANDS = (("interval", "95 % interval"), ("range", "lowest to highest"))


@dataclass(frozen=True)
class Asked:
    """runs: those that the member may see, in order. unseen: numbers that named none. place: of the baseline."""

    runs: list[Run]
    unseen: list[int]
    place: int
    metrics: list[str]
    group: str
    band: Kind
    all: bool
    q: str

    @property
    def baseline(self) -> int:
        """The number of the pinned run."""
        return self.runs[self.place].pk if self.runs else 0

    @property
    def query(self) -> dict[str, str]:
        """The state of the page as its address has it, without what is as by default."""
        found = {"runs": ",".join(str(run.pk) for run in self.runs)}
        if self.place:
            found["baseline"] = str(self.baseline)
        if self.metrics:
            found["metrics"] = ",".join(self.metrics)
        if self.group:
            found |= {"group": self.group, "band": self.band}
        if self.all:
            found["all"] = "1"
        if self.q:
            found["q"] = self.q
        return found

    def but(self, **changed: str | None) -> str:
        """The address's query with something else; None takes it out."""
        return urlencode({k: v for k, v in {**self.query, **changed}.items() if v is not None}, safe=",")


@dataclass(frozen=True)
class Column:
    """One run as a column: colour and dash are its own in everything the page shows."""

    run: Run
    name: str
    colour: int
    dash: int
    pinned: bool
    without: str
    pin: str


def asked_of(request: HttpRequest) -> Asked:
    """Read the address; WrongInput with one sentence for numbers that are none."""
    numbers: list[int] = []
    for text in ",".join(request.GET.getlist("runs")).split(","):
        text = text.strip()
        if not text:
            continue
        if not (text.isascii() and text.isdecimal() and len(text) < 18):
            msg = f"runs names {text[:40]!r}; it must be numbers of runs with commas between."
            raise WrongInput(msg)
        numbers.append(int(text))
    numbers = list(dict.fromkeys(numbers))
    if len(numbers) > side_by_side.MOST_RUNS:
        msg = f"At most {side_by_side.MOST_RUNS} runs can be compared at once; runs names {len(numbers)}."
        raise WrongInput(msg)
    runs = side_by_side.runs_of(access.runs_for(request.user), numbers)
    there = [run.pk for run in runs]
    pinned = request.GET.get("baseline", "")
    band = request.GET.get("band", "interval")
    if band not in dict(BANDS):
        msg = f"band is {band[:40]!r}; it must be one of {', '.join(dict(BANDS))}."
        raise WrongInput(msg)
    metrics = [name.strip()[:60] for name in ",".join(request.GET.getlist("metrics")).split(",") if name.strip()]
    return Asked(
        runs=runs,
        unseen=[one for one in numbers if one not in there],
        place=there.index(int(pinned)) if pinned.isdecimal() and int(pinned) in there else 0,
        metrics=list(dict.fromkeys(metrics))[: side_by_side.MOST_CHARTS],
        group=request.GET.get("group", "").replace("\0", "")[:200],
        band=cast("Kind", band),
        all=request.GET.get("all") == "1",
        q=request.GET.get("q", "").replace("\0", "").strip()[:100],
    )


def context_of(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """Return everything the page says."""
    columns = [_column(asked, place) for place in range(len(asked.runs))]
    settings = side_by_side.settings_of(asked.runs)
    ends = side_by_side.ends_of(asked.runs, asked.place) if asked.runs else []
    names = side_by_side.charted(ends, asked.metrics)
    groups = side_by_side.groups_of(asked.runs, asked.group) if asked.group else []
    lines = _group_lines(groups) if groups else _run_lines(columns)
    differing = [row for row in settings if not row.same]
    shown = settings if asked.all else differing
    needle = asked.q.casefold()
    return {
        "asked": asked,
        "columns": columns,
        # What the search leaves out is hidden only, so that the page's script can show it again.
        "settings": [(row, needle not in " ".join((row.path, *row.values)).casefold()) for row in shown],
        "differing": len(differing),
        "ends": [
            (end, [(number(v), "" if d is None else signed(d)) for v, d in zip(end.values, end.deltas, strict=True)])
            for end in ends
        ],
        "charts": [_spec(asked, name, lines) for name in names],
        "choice": [(end.metric, end.label, end.metric in names) for end in ends],
        "lines": lines,
        "groupable": _groupable(asked.runs, differing),
        "bands": BANDS,
        "live": any(run.status not in OVER for run in asked.runs),
        "state": asked.but(),
        # The page asks for the charts that it has, also when runs that go on would make it choose others by now.
        "drawn": asked.but(metrics=",".join(names) or None),
        "unpinned": asked.but(baseline=None),
        "toggle": asked.but(all=None if asked.all else "1"),
        "ungrouped": asked.but(group=None, band=None),
    }


def _column(asked: Asked, place: int) -> Column:
    run = asked.runs[place]
    others = ",".join(str(one.pk) for one in asked.runs if one.pk != run.pk)
    return Column(
        run=run,
        name=str(run.title or run.scenario_version.scenario.title),
        colour=place % COLOURS + 1,
        dash=place // COLOURS % DASHES,
        pinned=place == asked.place,
        without=asked.but(runs=others),
        pin=asked.but(baseline=str(run.pk)),
    )


def _run_lines(columns: list[Column]) -> list[dict[str, Any]]:
    # What all names begin with tells nothing apart: "Feeds · control · 1" and "Feeds · ranked · 1".
    parts = [column.name.split(DOT) for column in columns]
    alike = sum(1 for _ in takewhile(lambda place: len(set(place)) == 1, zip(*parts, strict=False)))
    return [
        {"label": f"#{c.run.pk} {DOT.join(part[alike:])}".strip(), "colour": c.colour, "dash": c.dash}
        for c, part in zip(columns, parts, strict=True)
    ]


def _group_lines(groups: list[side_by_side.Group]) -> list[dict[str, Any]]:
    return [
        {
            "label": f"{group.label[:80]} ({len(group.places)} run{'' if len(group.places) == 1 else 's'})",
            "colour": i % COLOURS + 1,
            "dash": i // COLOURS % DASHES,
        }
        for i, group in enumerate(groups)
    ]


def _groupable(runs: list[Run], differing: list[side_by_side.Setting]) -> list[str]:
    """What makes groups of several runs: arms, and settings with fewer values than runs."""
    arms = [side_by_side.ARM] if Cell.objects.filter(run__in=runs).exists() else []
    return arms + [row.path for row in differing if len(set(row.values)) < len(runs)]


def _spec(asked: Asked, name: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    metric, chart, series = metric_named(name), chart_named(name), reverse("compare-series")
    return {
        "key": name,
        "title": metric.label,
        "about": chart.about if chart and chart.key == name else metric.direction,
        "low": metric.range[0],
        "high": metric.range[1],
        "lines": lines,
        "table": f"{series}?{asked.but(metric=name)}",
        "csv": f"{series}?{asked.but(metric=name, format='csv')}",
    }
