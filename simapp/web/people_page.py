"""People from a file: take the upload, report what was read and what was skipped, use it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from simapp.engine.core.errors import WrongInput
from simapp.models import Upload
from simapp.runs import access, services
from simapp.runs.csv_lines import CSV, csv_lines
from simapp.runs.tables_in import take_file
from simapp.runs.uploads import let_go, people_in
from simapp.web.numbers import size_in_words
from simapp.web.paging import page_of, query_without_page
from simapp.web.streaming import text_response

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import Scenario
    from simapp.scenarios.importers.findings import PeopleImport

SKIPPED_PER_PAGE = 50


def limit_mb() -> int:
    """Return the largest file that is taken, in MB."""
    return int(settings.SOCIARIUM_UPLOAD_LIMIT_BYTES // 1_000_000)


def take(request: HttpRequest, scenario: Scenario) -> str:
    """Keep the file of the request for this scenario's report page; return a sentence when it is refused."""
    sent = request.FILES.get("people")
    if sent is None:
        return "No file was chosen; choose a file of people or of a graph first."
    name, size = sent.name or "people", sent.size or 0
    if size > settings.SOCIARIUM_UPLOAD_LIMIT_BYTES:
        return f"{name} has {size_in_words(size)}; a file may have at most {limit_mb()} MB."
    try:
        upload, unnamed = take_file(owner=request.user, name=name, data=sent.read())
    except WrongInput as problem:
        return str(problem)
    forget(request, scenario, but=upload.pk)
    # The report belongs to who sent the file: it is found through the session, not through an address.
    request.session[_key(scenario)] = {"upload": upload.pk, "name": name[:255], "unnamed": unnamed}
    return ""


def held_file(request: HttpRequest, scenario: Scenario) -> dict[str, Any]:
    """Return what the session says of the member's last file for this scenario; 404 where there is none."""
    held = request.session.get(_key(scenario))
    if held is None:
        raise Http404
    return dict(held)


def note_file(request: HttpRequest, scenario: Scenario, held: dict[str, Any]) -> None:
    """Remember it in the session."""
    request.session[_key(scenario)] = held


def forget(request: HttpRequest, scenario: Scenario, *, but: int | None = None) -> None:
    """Forget the member's last file for this scenario, and the table it came from unless that is `but`."""
    held = request.session.pop(_key(scenario), None)
    for name in ("upload", "table"):
        if held and held.get(name) not in (None, but):
            let_go(held[name])


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Report what the member's last file for this scenario holds; on POST let the scenario use it."""
    scenario = get_object_or_404(access.scenarios_for(request.user).filter(gallery=False), pk=scenario_id)
    held = held_file(request, scenario)
    if held.get("unnamed"):
        return redirect("people-columns", scenario.pk)
    upload = get_object_or_404(Upload, pk=held["upload"])
    if request.method == "POST":
        try:
            version = services.use_people(scenario=scenario, author=request.user, upload=upload)
        except WrongInput as problem:
            messages.error(request, str(problem))
            return redirect("scenario", scenario.pk)
        forget(request, scenario)
        messages.success(request, f"Version {version.number} takes its people from {held['name']}.")
        return redirect("scenario", scenario.pk)
    found = people_in(upload)
    page = {
        "scenario": scenario,
        "name": held["name"],
        "mapped": bool(held.get("table")),
        "found": found,
        "notes": [] if found.is_graph else found.notes,
        "page": page_of(request, _skipped(found), size=SKIPPED_PER_PAGE),
        "query": query_without_page(request),
        "size": size_in_words(upload.size),
    }
    return render(request, "people.html", page)


@require_safe
def skipped_csv(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Everything of the member's last file that was skipped, as CSV."""
    scenario = get_object_or_404(access.scenarios_for(request.user).filter(gallery=False), pk=scenario_id)
    upload = get_object_or_404(Upload, pk=held_file(request, scenario)["upload"])
    rows = ([row.row, row.part, row.reason] for row in _skipped(people_in(upload)))
    return text_response(request, csv_lines(chain([["row", "left_out", "reason"]], rows)), "skipped.csv", CSV)


@dataclass(frozen=True)
class _LeftOut:
    """An edge that was left out, as a row of the report."""

    row: str
    part: str
    reason: str


def _skipped(found: PeopleImport) -> list[Any]:
    """Return what was left out; a graph's report names lines and edges."""
    if not found.is_graph:
        return found.skipped
    parts = (note.partition(": ") for note in found.notes)
    return [_LeftOut(where, "follow", reason) for where, _, reason in parts]


def _key(scenario: Scenario) -> str:
    return f"people-of-{scenario.pk}"
