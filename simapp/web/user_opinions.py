"""One user's opinions over the steps: points for a chart, a table, CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from simapp.runs.csv_lines import CSV, csv_lines
from simapp.store.opinion_course import logs_of, opinions_of, thinned
from simapp.web.bad_requests import bad_request
from simapp.web.run_frame import at_of, number, open_run
from simapp.web.streaming import text_response
from simapp.web.user_page import person_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from simapp.models import Run

POINTS = 240  # of the chart; a large run has fewer, for each is read from a file of its own
POINTS_LARGE = 60
LARGE = 50_000
ROWS = 100  # of the table


@require_GET
@gzip_page
def user_opinions(request: HttpRequest, run_id: int, user: int) -> HttpResponse:
    """The user's opinions by step for the chart, at most so many points; `every` says how far they are apart."""
    run = open_run(request, run_id)
    person_of(run, user)
    try:
        at = at_of(request, run)
    except ValueError as problem:
        return bad_request(problem)
    logs, every = thinned(logs_of(run, run.step if at is None else at), POINTS if run.users < LARGE else POINTS_LARGE)
    topics = run.scenario_version.document["topics"]
    try:
        rows = list(opinions_of(user, logs))
    except OSError:
        return JsonResponse({"fault": "A log of opinions is gone from the disk."}, status=410)
    return JsonResponse({
        "topics": topics, "every": every, "steps": [step for step, _ in rows],
        "opinions": [[round(values[t], 4) for _, values in rows] for t in range(len(topics))],
    })  # fmt: skip


@require_GET
def user_opinions_csv(request: HttpRequest, run_id: int, user: int) -> HttpResponse:
    """The user's opinions after every step that is kept, one column per topic."""
    run = open_run(request, run_id)
    person_of(run, user)
    return text_response(request, csv_lines(_rows(run, user)), f"run-{run.pk}-user-{user}-opinions.csv", CSV)


@require_GET
def user_opinions_table(request: HttpRequest, run_id: int, user: int) -> HttpResponse:
    """The same as a table, a page at a time from the step `from`."""
    run = open_run(request, run_id)
    person = person_of(run, user)
    try:
        start = max(number(request, "from", 0), 0)
    except ValueError as problem:
        return bad_request(problem)
    logs = logs_of(run, run.step)
    steps = [log.step for log in logs]
    first = next((i for i, step in enumerate(steps) if step >= start), len(logs))
    page = logs[first : first + ROWS]
    context = {
        "run": run,
        "user": user,
        "person": person,
        "topics": run.scenario_version.document["topics"],
        "rows": [(step, [f"{value:.4f}".replace("-", "\u2212") for value in values])
                 for step, values in opinions_of(user, page)],
        "before": steps[max(first - ROWS, 0)] if first else None,
        "after": steps[first + ROWS] if first + ROWS < len(steps) else None,
        "csv_url": reverse("run:user-opinions-csv", args=[run.pk, user]),
    }  # fmt: skip
    return render(request, "run/user_opinions.html", context)


def _rows(run: Run, user: int) -> Iterator[list[Any]]:
    yield ["step", *run.scenario_version.document["topics"]]
    for step, values in opinions_of(user, logs_of(run, run.step)):
        yield [step, *values]


urlpatterns = [
    path("users/<int:user>/opinions", user_opinions, name="user-opinions"),
    path("users/<int:user>/opinions.csv", user_opinions_csv, name="user-opinions-csv"),
    path("users/<int:user>/opinions/table", user_opinions_table, name="user-opinions-table"),
]
