"""Compare: some runs side by side. Everything the page shows stands in its address."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from simapp.engine.core.errors import WrongInput
from simapp.experiments import side_by_side
from simapp.runs import access, run_lists
from simapp.runs.csv_lines import CSV, csv_lines
from simapp.runs.run_lists import Wish
from simapp.runs.services import OVER
from simapp.store.series import null_points
from simapp.web.bad_requests import bad_request
from simapp.web.compare_words import Asked, asked_of, context_of
from simapp.web.paging import page_of, query_without_page
from simapp.web.streaming import text_response

if TYPE_CHECKING:

    from django.http import HttpRequest


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show runs side by side, or the runs to choose from."""
    try:
        asked = asked_of(request)
        if len(asked.runs) < 2 or request.GET.get("choose") or "page" in request.GET:
            return _picker(request, asked)
        return render(request, "compare.html", context_of(request, asked))
    except WrongInput as problem:
        return bad_request(problem)


@require_safe
def values(request: HttpRequest) -> HttpResponse:
    """What the runs came to, alone: for a page whose runs go on."""
    try:
        return render(request, "compare/values.html", context_of(request, asked_of(request)))
    except WrongInput as problem:
        return bad_request(problem)


@require_safe
@gzip_page
def points(request: HttpRequest) -> HttpResponse:
    """The lines of the charts, or the bands of groups, and how the runs stand."""
    try:
        asked = asked_of(request)
        names = side_by_side.charted(side_by_side.ends_of(asked.runs, asked.place), asked.metrics) if asked.runs else []
        standing = {str(run.pk): [run.status, run.step] for run in asked.runs}
        found: dict[str, Any] = {"standing": standing, "over": all(run.status in OVER for run in asked.runs)}
        if asked.group:
            groups = side_by_side.groups_of(asked.runs, asked.group)
            steps, bands = side_by_side.group_bands(asked.runs, names, groups, asked.band)
            found["steps"] = steps
            found["groups"] = {
                name: [{"values": _list(b.mean), "low": _list(b.low), "high": _list(b.high)} for b in rows]
                for name, rows in bands.items()
            }
        else:
            found["lines"] = side_by_side.lines_of(asked.runs, names)
        found["nulls"] = null_points(asked.runs[asked.place], names) if asked.runs else {}
    except WrongInput as problem:
        return bad_request(problem)
    return JsonResponse(found)


@require_safe
def settings_csv(request: HttpRequest) -> HttpResponse:
    """Settings, one row each, differing ones and the others."""
    try:
        asked = asked_of(request)
    except WrongInput as problem:
        return bad_request(problem)
    rows = side_by_side.settings_of(asked.runs)
    head = ["setting", "differs", *(f"run {run.pk}" for run in asked.runs)]
    lines = [head, *([row.path, not row.same, *row.values] for row in rows)]
    return text_response(request, csv_lines(lines), "compare-settings.csv", CSV)


@require_safe
def values_csv(request: HttpRequest) -> HttpResponse:
    """Last values and differences from the baseline, every digit."""
    try:
        asked = asked_of(request)
    except WrongInput as problem:
        return bad_request(problem)
    ends = side_by_side.ends_of(asked.runs, asked.place) if asked.runs else []
    head = ["metric", *(f"run {run.pk}" for run in asked.runs)]
    head += [f"run {run.pk} minus run {asked.baseline}" for run in asked.runs]
    lines = [head, *([end.metric, *end.values, *end.deltas] for end in ends)]
    return text_response(request, csv_lines(lines), "compare-values.csv", CSV)


@require_safe
def series(request: HttpRequest) -> HttpResponse:
    """One metric over the steps of all runs: a table, or with format=csv a file of up to 5 000 steps."""
    metric = request.GET.get("metric", "")
    try:
        asked = asked_of(request)
        if metric not in {end.metric for end in side_by_side.ends_of(asked.runs, asked.place)}:
            raise WrongInput(f"metric is {metric[:60] or 'empty'}; it must be one that the runs measure.")
    except WrongInput as problem:
        return bad_request(problem)
    as_file = request.GET.get("format") == "csv"
    head, rows = _series(asked, metric, 5000 if as_file else 1000)
    if as_file:
        return text_response(request, csv_lines([head, *rows]), f"compare-{metric}.csv", CSV)
    context = {
        "metric": metric,
        "head": head,
        "page": page_of(request, rows, size=100),
        "query": query_without_page(request),
        "asked": asked,
    }
    return render(request, "compare/series.html", context)


def _series(asked: Asked, metric: str, most: int) -> tuple[list[str], list[list[Any]]]:
    found = side_by_side.metric_points(asked.runs, [metric], most)
    columns = [found.values[run.pk][metric] for run in asked.runs]
    rows = [[step, *(column[i] for column in columns)] for i, step in enumerate(found.steps)]
    return ["step", *(f"run {run.pk}" for run in asked.runs)], rows


def _picker(request: HttpRequest, asked: Asked) -> HttpResponse:
    wish = Wish(text=request.GET.get("find", "").strip()[:100], status=request.GET.get("status", ""))
    mine = run_lists.found(access.runs_for(request.user), wish)
    found = page_of(request, run_lists.ordered(mine, wish), size=25)
    chosen = {run.pk for run in asked.runs}
    context = {
        "page": found,
        "rows": [(run, run.pk in chosen) for run in found.object_list],
        # Chosen runs that are not on this page stay chosen.
        "kept": [run for run in asked.runs if run.pk not in {shown.pk for shown in found.object_list}],
        "find": wish.text,
        "asked": asked,
        "most": side_by_side.MOST_RUNS,
    }
    return render(request, "compare/picker.html", context)


def _list(values: Any) -> list[float | None]:
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in values.tolist()]


urlpatterns = [
    path("compare/", compare, name="compare"),
    path("compare/values/", values, name="compare-values"),
    path("compare/points.json", points, name="compare-points"),
    path("compare/settings.csv", settings_csv, name="compare-settings-csv"),
    path("compare/values.csv", values_csv, name="compare-values-csv"),
    path("compare/series/", series, name="compare-series"),
]
