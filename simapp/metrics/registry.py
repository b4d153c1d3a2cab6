"""Finds metrics by file name; outside packages join by the entry-point group `simapp.metrics`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from simapp import metrics
from simapp.metrics.base import GROUPS, Metric

ENTRY_POINTS = "simapp.metrics"
_NOT_METRICS = {
    *("base", "exposure", "files", "graph_passes", "graphs", "growth", "inequality", "kept", "live"),
    *("drawing", "mixing", "passes"),
    *("pairs", "reading", "registry", "shadows", "spread", "trees", "view", "wordlist"),
}


@cache
def built_in() -> tuple[str, ...]:
    """Return the names of the metrics in this folder, sorted, without importing them."""
    found = (module.name for module in pkgutil.iter_modules(metrics.__path__))
    return tuple(sorted(name for name in found if name not in _NOT_METRICS and not name.startswith("_")))


@cache
def _outside() -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=ENTRY_POINTS):
        if entry.name in built_in() or entry.name in found:
            msg = f"two metrics are called {entry.name!r}; one is {entry.value}"
            raise RuntimeError(msg)
        found[entry.name] = entry
    return found


def names() -> tuple[str, ...]:
    """Return the names of all metrics, sorted, without importing them."""
    return tuple(sorted([*built_in(), *_outside()]))


@cache
def metric_named(name: str) -> Metric:
    """Return one metric; an unknown name raises KeyError that lists the known ones."""
    if name in built_in():
        kind: Any = importlib.import_module(f"{metrics.__name__}.{name}").Here
    elif name in _outside():
        kind = _outside()[name].load()
    else:
        msg = f"unknown metric {name!r}; known: {', '.join(names())}"
        raise KeyError(msg)
    metric: Metric = kind()
    if metric.name != name or metric.group not in GROUPS:
        msg = f"the metric {name!r} calls itself {metric.name!r} in group {metric.group!r}; known: {GROUPS}"
        raise RuntimeError(msg)
    return metric


def all_metrics() -> dict[str, Metric]:
    """Return every metric by name, in the order of GROUPS, then by name."""
    found = [metric_named(name) for name in names()]
    return {m.name: m for m in sorted(found, key=lambda m: (GROUPS.index(m.group), m.name))}


def usual() -> tuple[str, ...]:
    """Return the built-in metrics that a scenario's `default` stands for, in the order of the catalogue."""
    return tuple(name for name, metric in all_metrics().items() if metric.usual and name in built_in())


def live() -> tuple[str, ...]:
    """Return the built-in metrics that a run can compute at each step, in the order of the catalogue."""
    return tuple(name for name, metric in all_metrics().items() if metric.live and name in built_in())


def when(metric: Metric) -> str:
    """Return when a metric is computed, in words."""
    if metric.asked_by:
        return metric.asked_by
    if not metric.live:
        return "on demand"
    return "at every step" if metric.usual else "at every step of a scenario that names it"


def catalogue() -> list[dict[str, Any]]:
    """Return one row per metric for pages and docs.

    Keys: the texts that `Metric` declares, `about` (the first thing to know), `range` as [lo, hi], `when` it is
    computed, and `files`: the options of `manage.py measure` that give it, "" where it cannot.
    """
    texts = (
        *("name", "label", "group", "unit", "formula", "direction", "edge_cases"),
        *("null", "reference", "cost", "exactness", "example"),
    )
    return [
        {
            **{text: getattr(metric, text) for text in texts},
            "about": inspect.cleandoc(type(metric).__doc__ or "").replace("\n", " "),
            "range": list(metric.range),
            "when": when(metric),
            "files": " ".join(f"--{kind}" for kind in metric.reads),
        }
        for metric in all_metrics().values()
    ]
