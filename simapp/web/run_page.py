"""The run page: the page itself, the parts that refresh, the points of its charts, and the controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from simapp.engine.core.errors import SociariumError
from simapp.runs import services, tasks
from simapp.runs.csv_lines import CSV, csv_lines
from simapp.runs.points import MOST_POINTS, newest_step, points_after
from simapp.web import (
    run_branches,
    run_control,
    run_feed,
    run_health,
    run_models,
    run_tables,
    run_words,
    share_menu,
)
from simapp.web.asked import Asked
from simapp.web.bad_requests import bad_request
from simapp.web.cohort_bar import cohort_bar
from simapp.web.run_frame import at_of, cohort_in, number, open_run, tabs_of
from simapp.web.streaming import text_response

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import Run

MOST_NAMES = 200  # of metrics in one question


@require_GET
def page(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show the run."""
    run = open_run(request, run_id)
    return _page(request, run)


def _page(
    request: HttpRequest,
    run: Run,
    refused: str = "",
    status: int = 200,
    typed: run_branches.Typed | None = None,
) -> HttpResponse:
    try:
        asked = Asked.of(request, run)
        at = asked.at
        feed = run_feed.read(run, before=request.GET.get("before", ""), upto=at)
    except ValueError as problem:
        return bad_request(problem)
    last = newest_step(run)
    context = run_words.page(run, last, request.GET.get("tab", ""), at=at, charts=request.GET.get("charts"))
    context |= {**run_models.context(run, last), "tabs": tabs_of(run, "run:page", at, cohort_in(request))}
    context["cohort_bar"] = cohort_bar(
        request, run, context["tab"], reverse("run:page", args=[run.pk]), cohort_in(request)
    )
    context["asked"] = asked
    if context["tab"] == "health":
        context |= run_health.context(run)
    context |= {**run_branches.context(run, request.user, typed), "feed": feed, "refused": refused}
    context |= share_menu.context(request, run)
    return render(request, "run/page.html", context, status=status)


@require_GET
def state(request: HttpRequest, run_id: int) -> HttpResponse:
    """The controls and the line that says what the run waits for."""
    run = open_run(request, run_id)
    return render(request, "run/state.html", run_words.state(run, newest_step(run)))


@require_GET
def health(request: HttpRequest, run_id: int) -> HttpResponse:
    """What is pending, the worker and its lease, queues, stages of the newest steps, the world."""
    run = open_run(request, run_id)
    last = newest_step(run)
    context = {**run_words.health(run, last), **run_health.context(run)}
    return render(request, "run/health.html", context)


@require_GET
def models(request: HttpRequest, run_id: int) -> HttpResponse:
    """What language models did so far, what it took, and how far the limits are."""
    run = open_run(request, run_id)
    return render(request, "run/models.html", run_models.context(run, newest_step(run)))


@require_POST
def measure(request: HttpRequest, run_id: int) -> HttpResponse:
    """Let a worker measure how far groups are from their members, as of the newest snapshot."""
    run = open_run(request, run_id)
    services.quietly(tasks.measure_gaps, run.pk)
    messages.success(request, "A worker measures how well groups stand for their members; it takes some seconds.")
    return redirect("run:page", run_id=run.pk)


@require_POST
def control(request: HttpRequest, run_id: int) -> HttpResponse:
    """Do what a button asks: action = pause, resume, step, stop or pace; what cannot be is said (409)."""
    run = open_run(request, run_id)
    refused = ""
    try:
        run_control.do(run, request.user, request.POST.get("action", ""), request.POST.get("pace", ""))
    except SociariumError as problem:
        refused = str(problem)
    run.refresh_from_db()
    status = 409 if refused else 200
    if request.headers.get("HX-Request") == "true":
        context = {**run_words.state(run, newest_step(run)), "refused": refused}
        return render(request, "run/state.html", context, status=status)
    return _page(request, run, refused, status) if refused else redirect("run:page", run_id=run.pk)


@require_POST
def fork(request: HttpRequest, run_id: int) -> HttpResponse:
    """Fork the run and go to the fork; what cannot be is said where it was typed (409)."""
    run = open_run(request, run_id)
    typed = run_branches.sent(request.POST, run, "fork")
    try:
        made = run_branches.fork(run, request.user, typed)
    except SociariumError as problem:
        return _typed_wrongly(request, run, typed, problem)
    messages.success(request, f"Run {made.pk} shares the past of run {run.pk} up to step {made.fork_step}.")
    return redirect("run:page", run_id=made.pk)


@require_POST
def rewind(request: HttpRequest, run_id: int) -> HttpResponse:
    """Put the run back to a step, once that is confirmed."""
    run = open_run(request, run_id)
    typed = run_branches.sent(request.POST, run, "rewind")
    try:
        tail = run_branches.rewind(run, request.user, typed, confirmed=request.POST.get("confirm") == "on")
    except SociariumError as problem:
        return _typed_wrongly(request, run, typed, problem)
    messages.success(request, f"The run is back at step {run.step}. What it did after it is run {tail.pk}.")
    return redirect("run:page", run_id=run.pk)


@require_POST
def delete(request: HttpRequest, run_id: int) -> HttpResponse:
    """Delete the run, once that is confirmed."""
    run = open_run(request, run_id)
    typed = run_branches.sent(request.POST, run, "delete")
    try:
        gone = run_branches.delete(run, request.user, confirmed=request.POST.get("confirm") == "on")
    except SociariumError as problem:
        return _typed_wrongly(request, run, typed, problem)
    kept = f" Its rows stay until its forks are gone ({len(gone.forks)})." if gone.forks else ""
    messages.success(request, f"Run {run.pk} was deleted.{kept}")
    return redirect("runs")


@require_POST
def keep(request: HttpRequest, run_id: int) -> HttpResponse:
    """Set how long the run keeps its files."""
    run = open_run(request, run_id)
    try:
        run_branches.keep(run, request.user, request.POST)
    except SociariumError as problem:
        return _typed_wrongly(request, run, run_branches.sent(request.POST, run, "keep"), problem)
    messages.success(request, "The rules for its files were set; they hold from the next steps on.")
    return redirect("run:page", run_id=run.pk)


def _typed_wrongly(
    request: HttpRequest, run: Run, typed: run_branches.Typed, problem: SociariumError
) -> HttpResponse:
    typed.problem = str(problem)
    run.refresh_from_db()
    return _page(request, run, status=409, typed=typed)


@require_GET
def feed(request: HttpRequest, run_id: int) -> HttpResponse:
    """Posts, newest first: those after a step, or those before a cursor; as they stood after step `at`."""
    run = open_run(request, run_id)
    try:
        found = run_feed.read(
            run,
            after=number(request, "after", -1),
            before=request.GET.get("before", ""),
            upto=at_of(request, run),
        )
    except ValueError as problem:
        return bad_request(problem)
    response = render(request, "run/feed.html", {"run": run, "feed": found})
    response["X-Step"] = str(found.step)
    return response


@require_GET
@gzip_page
def points(request: HttpRequest, run_id: int) -> HttpResponse:
    """Committed steps after a number, in order and without a hole; `thin` puts a long history in a few.

    `names`, a comma list, leaves other metrics out.
    """
    run = open_run(request, run_id)
    try:
        after = number(request, "after", -1)
        limit, thin = number(request, "limit", MOST_POINTS), request.GET.get("thin") == "1"
        names = request.GET["names"].split(",")[:MOST_NAMES] if "names" in request.GET else None
        found = points_after(run, after, limit, thin, names)
    except ValueError as problem:
        return JsonResponse({"error": str(problem)}, status=400)
    last = newest_step(run) if not found.more else None
    return JsonResponse(
        {
            "v": 1, "run": run.pk, "step": run.step, "steps": run.steps, "status": run.status, "after": after,
            "every": found.every, "more": found.more, "points": found.rows,
            "last": last.model_dump(mode="json") if last else None,
        }
    )  # fmt: skip


@require_GET
def metric(request: HttpRequest, run_id: int, name: str) -> HttpResponse:
    """A chart as a table, one page at a time."""
    run = open_run(request, run_id)
    try:
        table = run_tables.read(run, name, number(request, "from", 0))
    except KeyError:
        raise Http404("There is no such chart.") from None
    except ValueError as problem:
        return bad_request(problem)
    return render(request, "run/table.html", {"run": run, "name": run_words.name_of(run), "table": table})


@require_GET
def metric_csv(request: HttpRequest, run_id: int, name: str) -> HttpResponse:
    """A chart as CSV, every step: 100 000 steps at most, a few MB."""
    run = open_run(request, run_id)
    try:
        rows = run_tables.csv_rows(run, name)
    except KeyError:
        raise Http404("There is no such chart.") from None
    return text_response(request, csv_lines(rows), f"run-{run.pk}-{name}.csv", CSV)


app_name = "run"
urlpatterns = [
    path("", page, name="page"),
    path("points", points, name="points"),
    path("feed", feed, name="feed"),
    path("state", state, name="state"),
    path("health", health, name="health"),
    path("models", models, name="models"),
    path("measure", measure, name="measure"),
    path("control", control, name="control"),
    path("fork", fork, name="fork"),
    path("rewind", rewind, name="rewind"),
    path("delete", delete, name="delete"),
    path("keep", keep, name="keep"),
    path("metric/<slug:name>.csv", metric_csv, name="metric-csv"),
    path("metric/<slug:name>", metric, name="metric"),
]
