"""The catalogue of metrics: formula, range, direction, edge cases, null and source of each."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.views.decorators.http import require_safe

from simapp.metrics.reading import RULES
from simapp.metrics.registry import catalogue as metric_rows

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show every metric under an anchor of its name, in groups."""
    shown = [{**row, "bounds": bounds(row["range"])} for row in metric_rows()]
    groups = [(name, list(rows)) for name, rows in groupby(shown, key=lambda row: row["group"])]
    return render(request, "catalogue.html", {"groups": groups, "count": len(shown), "rules": list(RULES.items())})


def bounds(ends: list[Any]) -> str:
    """Return a range in words: "0 … 1", "from 0", "any number"."""
    low, high = (None if end is None else f"{end:g}".replace("-", "−") for end in ends)
    if low is not None and high is not None:
        return f"{low} … {high}"
    if low is not None:
        return f"from {low}"
    return f"up to {high}" if high is not None else "any number"
