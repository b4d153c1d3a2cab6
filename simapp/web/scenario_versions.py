"""The history of a scenario: every version, who saved it, what it changed; look at one, go back to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from simapp.engine.core.errors import WrongInput
from simapp.runs import access, scenario_shelf
from simapp.scenarios.differences import differences, in_full
from simapp.scenarios.document import load_scenario
from simapp.scenarios.yaml_text import write_yaml
from simapp.web.paging import page_of, query_without_page
from simapp.web.scenario_summary import summary

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from simapp.models import Scenario, ScenarioVersion

PER_PAGE = 20
CHANGES_SHOWN = 3


@require_safe
def versions(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """List the versions, the newest first."""
    found = get_object_or_404(access.scenarios_to_read(request.user), pk=scenario_id)
    runs = Count("runs", filter=Q(runs__hidden=False, runs__deleted=None))
    listed = found.versions.select_related("author").annotate(run_count=runs).order_by("-number")
    page = page_of(request, listed, size=PER_PAGE)
    rows = list(page.object_list)
    # The version before the page's last one says what that one changed.
    before = found.versions.filter(number__lt=rows[-1].number).order_by("-number")[:1] if rows else []
    older = [*rows[1:], *before]
    for number, row in enumerate(rows):
        row.changes = _changes(older[number], row) if number < len(older) else None
    context = {"scenario": found, "page": page, "rows": rows, "query": query_without_page(request)}
    return render(request, "scenario_versions.html", context)


@require_safe
def version(request: HttpRequest, scenario_id: int, number: int) -> HttpResponse:
    """Show one version, read only."""
    found = get_object_or_404(access.scenarios_to_read(request.user), pk=scenario_id)
    shown = get_object_or_404(found.versions.select_related("author"), number=number)
    newest = scenario_shelf.newest(found)
    page: dict[str, Any] = {"scenario": found, "version": shown, "newest": newest}
    page["yaml"] = write_yaml(in_full(shown.document))
    try:
        page["summary"] = summary(load_scenario(shown.document))
    except WrongInput as problem:
        page["problem"] = str(problem)
    return render(request, "scenario_version.html", page)


@require_POST
def restore(request: HttpRequest, scenario_id: int, number: int) -> HttpResponse:
    """Save an earlier version again as the newest."""
    found: Scenario = get_object_or_404(access.scenarios_for(request.user).filter(gallery=False), pk=scenario_id)
    old = get_object_or_404(found.versions.select_related("scenario"), number=number)
    try:
        saved = scenario_shelf.restore(version=old, member=request.user)
    except WrongInput as problem:
        messages.error(request, f"Version {number} was not restored. {problem}")
        return redirect("scenario-version", found.pk, number)
    messages.success(request, f"Version {saved.number} is version {number} again.")
    return redirect("scenario", found.pk)


def _changes(before: ScenarioVersion, after: ScenarioVersion) -> dict[str, Any]:
    found = differences(in_full(before.document), in_full(after.document))
    shown = [one.short for one in found[:CHANGES_SHOWN]]
    return {"shown": shown, "more": len(found) - len(shown), "before": before.pk}
