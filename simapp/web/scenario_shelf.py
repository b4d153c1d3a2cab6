"""Scenarios as wholes: rename one, put it away, find it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from simapp.engine.core.errors import WrongInput
from simapp.runs import access, scenario_shelf
from simapp.web.paging import page_of, query_without_page
from simapp.web.scenario_list import with_counts

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_POST
def rename(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Save a version under another title."""
    found = get_object_or_404(access.scenarios_for(request.user).filter(gallery=False), pk=scenario_id)
    try:
        saved = scenario_shelf.rename(scenario=found, member=request.user, title=request.POST.get("title", ""))
    except WrongInput as problem:
        messages.error(request, f"It was not renamed. {problem}")
    else:
        messages.success(request, f"Renamed; this is version {saved.number}.")
    return redirect("scenario", found.pk)


@require_POST
def archive(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Take a scenario off the list."""
    found = get_object_or_404(access.scenarios_for(request.user).filter(gallery=False), pk=scenario_id)
    scenario_shelf.put_away(scenario=found)
    messages.success(request, "Archived. Its versions and runs stay; it can be taken back at any time.")
    return redirect("archived-scenarios")


@require_POST
def unarchive(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Put an archived scenario on the list again."""
    found = get_object_or_404(access.archived_scenarios_for(request.user), pk=scenario_id)
    scenario_shelf.take_back(scenario=found)
    return redirect("scenario", found.pk)


@require_safe
def archived(request: HttpRequest) -> HttpResponse:
    """List the archived scenarios that the member may take back."""
    page = page_of(request, with_counts(access.archived_scenarios_for(request.user)))
    return render(request, "scenarios_archived.html", {"page": page, "query": query_without_page(request)})
