"""One experiment: its grid of cells, what it found, its files, and what members do to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from simapp.engine.core.errors import SociariumError
from simapp.experiments import launch, tables
from simapp.experiments.grid import grid_of
from simapp.experiments.results import results_of
from simapp.models import Experiment
from simapp.runs.access import experiments_for
from simapp.runs.csv_lines import CSV, csv_lines
from simapp.web import experiment_new
from simapp.web.bad_requests import bad_request
from simapp.web.experiment_list import experiments
from simapp.web.experiment_words import grid_context, results_context
from simapp.web.paging import page_of, query_without_page
from simapp.web.streaming import text_response

if TYPE_CHECKING:

    from django.http import HttpRequest


def open_experiment(request: HttpRequest, experiment_id: int) -> Experiment:
    """Return the experiment if this member may see it; Http404 otherwise, as if it were not there."""
    try:
        return experiments_for(request.user).get(pk=experiment_id)
    except Experiment.DoesNotExist:
        raise Http404("There is no such experiment.") from None


@require_safe
def page(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Show the experiment."""
    return _page(request, open_experiment(request, experiment_id))


@require_safe
def grid(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The cells and the controls, as they stand."""
    experiment = open_experiment(request, experiment_id)
    return render(request, "experiment/grid.html", grid_context(experiment, grid_of(experiment)))


@require_safe
def results(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The tables of results alone."""
    experiment = open_experiment(request, experiment_id)
    try:
        found = results_of(experiment, within=_within(request))
    except ValueError as problem:
        return bad_request(problem)
    return render(request, "experiment/found.html", results_context(found, request.GET.get("within", "")))


@require_safe
@gzip_page
def points(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Means and bands of the headline metrics, for the charts."""
    experiment = open_experiment(request, experiment_id)
    return JsonResponse(tables.series_json(experiment, grid_of(experiment)))


@require_safe
def results_csv(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Paired differences, one row per metric and arm, every digit."""
    experiment = open_experiment(request, experiment_id)
    rows = tables.differences(results_of(experiment))
    lines = csv_lines([tables.DIFFERENCES, *(row.values() for row in rows)])
    return text_response(request, lines, f"experiment-{experiment_id}-results.csv", CSV)


@require_safe
def results_json(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Everything that was found, as the command line prints it."""
    found = tables.as_json(results_of(open_experiment(request, experiment_id)))
    headers = {"Content-Disposition": f'attachment; filename="experiment-{experiment_id}.json"'}
    return HttpResponse(json.dumps(found, indent=1), content_type="application/json", headers=headers)


@require_safe
def cells_csv(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """One row per cell."""
    found = results_of(open_experiment(request, experiment_id))
    return text_response(request, csv_lines(tables.cells(found)), f"experiment-{experiment_id}-cells.csv", CSV)


@require_safe
def series(request: HttpRequest, experiment_id: int, metric: str) -> HttpResponse:
    """A chart's numbers: a table, or with ?format=csv a file."""
    experiment = open_experiment(request, experiment_id)
    if metric not in experiment.metrics:
        raise Http404("The experiment has no such metric.")
    held = grid_of(experiment)
    if request.GET.get("format") == "csv":
        lines = csv_lines(tables.series(experiment, held, metric))
        return text_response(request, lines, f"experiment-{experiment_id}-{metric}.csv", CSV)
    head, *rows = tables.series(experiment, held, metric, most=200)
    context = {
        "experiment": experiment,
        "metric": metric,
        "head": head,
        "page": page_of(request, rows, size=100),
        "query": query_without_page(request),
    }
    return render(request, "experiment/series.html", context)


@require_POST
def control(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Pause, resume or stop all runs; what cannot be is said (409)."""
    experiment, action = open_experiment(request, experiment_id), request.POST.get("action", "")
    words = {"pause": "pause after their step", "resume": "go on as workers are free", "stop": "stop after their step"}
    return _do(
        request,
        experiment,
        lambda: f"{launch.steer(experiment=experiment, member=request.user, action=action)} runs {words[action]}.",
    )


@require_POST
def retry(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Give failed cells (with stopped=yes, stopped ones too) new runs."""
    experiment, stopped = open_experiment(request, experiment_id), request.POST.get("stopped") == "yes"
    return _do(
        request,
        experiment,
        lambda: f"{launch.retry(experiment=experiment, member=request.user, stopped=stopped)} cells run again; "
        "the old runs are kept.",
    )


@require_POST
def replicates(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Add replicates to every arm."""
    experiment, text = open_experiment(request, experiment_id), request.POST.get("more", "").strip()[:20]

    def add() -> str:
        if not (text.isascii() and text.isdecimal()):
            msg = f"replicates is {text or 'empty'}; it must be a whole number."
            raise SociariumError(msg)
        runs = launch.add_replicates(experiment=experiment, member=request.user, more=int(text))
        return f"{runs} more runs are queued."

    return _do(request, experiment, add)


@require_POST
def delete(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Delete the experiment, once that is confirmed; its runs stay."""
    experiment = open_experiment(request, experiment_id)
    if request.POST.get("confirm") != "on":
        return _page(request, experiment, "Nothing was done: tick the box to confirm it.", status=409)
    try:
        launch.forget(experiment=experiment, member=request.user)
    except SociariumError as problem:
        return _page(request, experiment, str(problem), status=409)
    messages.success(request, "The experiment was deleted; its runs stay in the list of runs.")
    return redirect("experiments")


def _do(request: HttpRequest, experiment: Experiment, wish: Any) -> HttpResponse:
    try:
        said = wish()
    except SociariumError as problem:
        return _page(request, experiment, str(problem), status=409)
    messages.success(request, said)
    return redirect("experiment", experiment.pk)


def _page(request: HttpRequest, experiment: Experiment, sentence: str = "", status: int = 200) -> HttpResponse:
    held = grid_of(experiment)
    try:
        found = results_of(experiment, held, within=_within(request))
    except ValueError as problem:
        return bad_request(problem)
    context = {
        **results_context(found, request.GET.get("within", "")),
        **grid_context(experiment, held),
        "refused": sentence,
    }
    return render(request, "experiment.html", context, status=status)


def _within(request: HttpRequest) -> float | None:
    text = request.GET.get("within", "").strip()[:30]
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 < value < float("inf"):
        msg = "within must be a number above 0, like 0.05."
        raise ValueError(msg)
    return value


urlpatterns = [
    path("experiments/", experiments, name="experiments"),
    path("experiments/new/", experiment_new.new, name="new-experiment"),
    path("experiments/new/preview/", experiment_new.preview_of, name="experiment-preview"),
    path("experiments/new/base/", experiment_new.base, name="experiment-base"),
    path("experiments/<int:experiment_id>/", page, name="experiment"),
    path("experiments/<int:experiment_id>/grid/", grid, name="experiment-grid"),
    path("experiments/<int:experiment_id>/results/", results, name="experiment-results"),
    path("experiments/<int:experiment_id>/points.json", points, name="experiment-points"),
    path("experiments/<int:experiment_id>/results.csv", results_csv, name="experiment-csv"),
    path("experiments/<int:experiment_id>/results.json", results_json, name="experiment-json"),
    path("experiments/<int:experiment_id>/cells.csv", cells_csv, name="experiment-cells"),
    path("experiments/<int:experiment_id>/metrics/<slug:metric>/", series, name="experiment-series"),
    path("experiments/<int:experiment_id>/control/", control, name="experiment-control"),
    path("experiments/<int:experiment_id>/retry/", retry, name="experiment-retry"),
    path("experiments/<int:experiment_id>/replicates/", replicates, name="experiment-replicates"),
    path("experiments/<int:experiment_id>/delete/", delete, name="experiment-delete"),
]
