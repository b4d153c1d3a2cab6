"""Which charts a run's page shows, in which order, and in whose words.

A chart is declared by the names of its metrics; everything said about it comes from the catalogue. What the
run does not measure is not shown; what it measures and no chart here names gets a chart of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from simapp.metrics import registry, shadows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from simapp.metrics.base import Metric


@dataclass(frozen=True)
class Line:
    """One line: the metric's name, what it is called in the legend, and its colour (1 .. 6)."""

    name: str
    label: str
    colour: int = 1


@dataclass(frozen=True)
class Chart:
    """One panel. null: the label of the dashed line, "" for none. figures: numbers printed large above it.

    usual: shown until somebody chooses. group: where the catalogue files it, under which it is offered.
    """

    key: str
    title: str
    about: str
    low: float | None
    high: float | None
    lines: tuple[Line, ...]
    null: str = ""
    figures: tuple[Line, ...] = ()
    whole: bool = False
    opinion: bool = False
    usual: bool = True
    group: str = ""

    @property
    def anchor(self) -> str:
        """Where the catalogue explains it."""
        return self.lines[0].name.partition(shadows.SEPARATOR)[0]

    @property
    def names(self) -> tuple[str, ...]:
        """The metrics that this chart and its table hold, figures included."""
        return tuple(dict.fromkeys(line.name for line in (*self.figures, *self.lines)))

    def as_json(self) -> dict[str, Any]:
        """What the script needs to draw it."""
        return {
            "key": self.key,
            "title": self.title,
            "about": self.about,
            "low": self.low,
            "high": self.high,
            "null": self.null,
            "whole": self.whole,
            "lines": [{"name": line.name, "label": line.label, "colour": line.colour} for line in self.lines],
        }


_MINUS = re.compile(r"(?<![\w.)])-(?=\d)")

# (metric, short label of its null)
_SINGLE = {
    "opinion_variance": "even spread",
    "bimodality_coefficient": "even spread",
    "neighbour_correlation": "shuffled",
    "ei_index": "random edges",
    "camp_share": "",
}
_ACTIVITY = {
    "posts_written": "posts",
    "likes_made": "likes",
    "reposts_made": "reposts",
    "comments_made": "comments",
    "follows_made": "follows",
}
_CASCADE = {
    "largest_cascade_reach": "reach",
    "largest_cascade_depth": "depth",
    "largest_cascade_breadth": "breadth",
    "largest_cascade_virality": "virality",
}
_SPREAD = {*_CASCADE, "reposts_made"}
_HERD = {"mean_score_up": "first like", "mean_score_control": "none", "mean_score_down": "first dislike"}


def charts_for(names: Collection[str], first_votes: bool = False, reposts: bool = True) -> list[Chart]:
    """The charts of a run that measures `names`; those of first votes and reposts only where there are any.

    Each metric has its chart. At most MOST_USUAL of them are shown until somebody chooses others.
    """
    had = [name for name in registry.names() if name in set(names) and (reposts or name not in _SPREAD)]
    charts = [_single(name, null) for name, null in _SINGLE.items() if name in had]
    charts += shadow_charts(names)
    if (lines := _lines(_HERD, had)) and first_votes:
        about = "likes \u2212 dislikes without the artificial vote, higher means better liked"
        herd = Chart("herd", "Mean score by first vote", about, None, None, lines, whole=True)
        charts.append(replace(herd, group="first votes"))
    if lines := _lines(_CASCADE, had):
        reach = tuple(line for line in lines if line.name == "largest_cascade_reach") or lines[:1]
        about = "reach in users per step, 1 nobody shared it"
        cascade = Chart("cascade", "Largest cascade", about, 0.0, None, reach, figures=lines, whole=True)
        charts.append(replace(cascade, group="largest cascade"))
    if lines := _lines(_ACTIVITY, had):
        about = "what users did in each step, 0 nothing"
        charts.append(Chart("activity", "Activity per step", about, 0.0, None, lines, whole=True, group="activity"))
    placed = {*_SINGLE, *_HERD, *_CASCADE, *_ACTIVITY}
    more = sorted((_single(name) for name in had if name not in placed), key=lambda chart: chart.key in _SMALL)
    return [
        *charts,
        *(replace(chart, usual=chart.key not in _SMALL and place < MOST_USUAL)
          for place, chart in enumerate(more, len(charts))),
    ]  # fmt: skip


MOST_USUAL = 12
# Counts that are nearly always 0: they are there for who asks for them.
_SMALL = {"dislikes_made", "mutes_made", "quotes_made", "unfollows_made"}


def shadow_charts(names: Collection[str]) -> list[Chart]:
    """The charts of what shadow feeds would have shown, a line for each preset of which `names` has series."""
    charts = []
    for metric in shadows.FIGURES:
        presets = shadows.presets_in(names, metric)
        lines = tuple(
            Line(shadows.series_name(metric, preset), preset, colour) for colour, preset in enumerate(presets, 1)
        )
        if lines:
            null = "as shown" if len(lines) == 1 and metric != "shadow_overlap" else ""
            charts.append(replace(_single(metric, null), lines=lines))
    return charts


def chosen_of(charts: Iterable[Chart], asked: str | None) -> set[str]:
    """The keys of the charts to show: those of a comma list, or the usual ones; unknown ones are passed over."""
    known = list(charts)
    if asked is None:
        return {chart.key for chart in known if chart.usual}
    named = set(asked.split(","))
    return {chart.key for chart in known if chart.key in named}


def chart_named(key: str) -> Chart | None:
    """The chart called `key`, whichever run it belongs to, or a chart of the metric of that name."""
    every = charts_for(registry.names(), first_votes=True)
    found = next((chart for chart in every if chart.key == key), None)
    return found or (_single(key) if key in registry.names() else None)


def _single(name: str, null: str | None = None) -> Chart:
    metric = registry.metric_named(name)
    if null is None:
        null = "" if metric.null == "none" else "null"
    low, high = metric.range
    unit = f"{metric.unit}; " if metric.unit else ""
    about = unit + metric.direction + _bounds(metric)
    return Chart(
        key=name,
        title=metric.label,
        about=_MINUS.sub("\u2212", about),
        low=low,
        high=high,
        lines=(Line(name, metric.label),),
        null=null,
        opinion=name in _SINGLE,
        group=metric.group,
    )


def _bounds(metric: Metric) -> str:
    """The range, where the words for its ends have not named it."""
    low, high = ("" if end is None else f"{end:g}" for end in metric.range)
    ends = [end for end in (low, high) if end]
    if all(re.search(rf"(?<![\d.]){re.escape(end)}(?![\d.])", metric.direction) for end in ends):
        return ""
    return f"; range {low} … {high}" if low and high else f"; from {low}" if low else f"; up to {high}"


def _lines(labels: dict[str, str], had: list[str]) -> tuple[Line, ...]:
    """Lines of those metrics that the run has; a metric keeps its colour whichever others are there."""
    return tuple(
        Line(name, label, colour) for colour, (name, label) in enumerate(labels.items(), 1) if name in had
    )
