"""The list of runs: the home page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.shortcuts import render
from django.views.decorators.http import require_safe

from simapp.metrics.registry import metric_named
from simapp.models import Run
from simapp.runs import access
from simapp.web.numbers import clock_time, thousands, three_digits
from simapp.web.paging import page_of, query_without_page
from simapp.web.sparkline import Spark, list_sparks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

OPINION, SPREAD, SCORE = "opinion_variance", "largest_cascade_reach", "mean_score_up"


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    run: Run
    headline: str
    label: str
    spark: Spark | None
    last: str
    eta: str
    done: int
    steps: str
    users: str


@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """Show the member's runs, newest first; htmx asks for the table alone, again and again."""
    wanted = {"q": request.GET.get("q", "").strip()[:100], "status": request.GET.get("status", "")}
    found = page_of(request, filtered(access.runs_for(request.user), **wanted))
    context: dict[str, Any] = {
        **wanted,
        "page": found,
        "rows": rows(found.object_list),
        "query": query_without_page(request),
        "statuses": Run.Status.choices,
        "filtered": any(wanted.values()),
        "path": request.get_full_path(),
    }
    part = "#table" if request.headers.get("HX-Request") == "true" else ""
    return render(request, f"runs.html{part}", context)


def filtered(mine: QuerySet[Run], *, q: str = "", status: str = "") -> QuerySet[Run]:
    """Return the runs whose name, scenario, seed or number matches, without their documents."""
    # An archived tail is reached from its run.
    found = mine.filter(tail_of=None).select_related("scenario_version__scenario", "owner", "parent")
    found = found.defer("scenario_version__document")
    found = found.annotate(
        mind=F("scenario_version__document__minds__opinion__kind"),
        rules=F("scenario_version__document__platform__rules"),
    ).order_by("-id")
    if status in Run.Status.values:
        found = found.filter(status=status)
    q = q.replace("\0", "")
    if q:
        by = Q(title__icontains=q) | Q(scenario_version__scenario__title__icontains=q)
        if q.lstrip("#").isdecimal() and len(q) < 18:
            by |= Q(seed=int(q.lstrip("#"))) | Q(pk=int(q.lstrip("#")))
        found = found.filter(by)
    return found


def rows(found: Iterable[Run]) -> list[Row]:
    """Return table rows, with the sparklines of all of them read at once."""
    named = [(run, headline(run)) for run in found]
    sparks = list_sparks((run, name) for run, name in named)
    return [_row(run, name, sparks.get(run.pk)) for run, name in named]


def headline(run: Any) -> str:
    """Return the metric that says most about a run in one line: what its scenario is about."""
    if run.mind != "none":
        return OPINION
    return SCORE if run.rules == "forum" else SPREAD


def _row(run: Run, name: str, spark: Spark | None) -> Row:
    rate = (run.heartbeat or {}).get("rate")
    left = run.steps - run.step
    eta = clock_time(left / rate) if run.status == Run.Status.RUNNING and rate else ""
    last = three_digits(spark.last) if spark and spark.last is not None else ""
    return Row(
        run=run,
        headline=name,
        label=metric_named(name).label,
        spark=spark,
        last=last,
        eta=eta,
        done=max(run.step, 0),
        steps=f"{thousands(max(run.step, 0))} / {thousands(run.steps)}",
        users=thousands(run.users),
    )
