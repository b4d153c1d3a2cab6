"""People from a file: take the upload, report what was read and what was skipped, use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from simapp.engine.core.errors import WrongInput
from simapp.models import Upload
from simapp.runs import access, services
from simapp.scenarios.importers.people import read_people
from simapp.web.numbers import size_in_words
from simapp.web.paging import page_of, query_without_page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import Scenario

SKIPPED_PER_PAGE = 50


def limit_mb() -> int:
    """Return the largest file that is taken, in MB."""
    return int(settings.SOCIARIUM_UPLOAD_LIMIT_BYTES // 1_000_000)


def take(request: HttpRequest, scenario: Scenario) -> str:
    """Keep the file of the request for this scenario's report page; return a sentence when it is refused."""
    sent = request.FILES.get("people")
    if sent is None:
        return "No file was chosen; choose a CSV or JSON file of people first."
    name, size = sent.name or "people", sent.size or 0
    if size > settings.SOCIARIUM_UPLOAD_LIMIT_BYTES:
        return f"{name} has {size_in_words(size)}; a file may have at most {limit_mb()} MB."
    try:
        upload, _ = services.store_upload(owner=request.user, name=name, data=sent.read())
    except WrongInput as problem:
        return str(problem)
    # The report belongs to who sent the file: it is found through the session, not through an address.
    request.session[_key(scenario)] = {"upload": upload.pk, "name": name[:255]}
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Report what the member's last file for this scenario holds; on POST let the scenario use it."""
    scenario = get_object_or_404(access.scenarios_for(request.user).filter(gallery=False), pk=scenario_id)
    held = request.session.get(_key(scenario))
    if held is None:
        raise Http404
    upload = get_object_or_404(Upload, pk=held["upload"])
    if request.method == "POST":
        try:
            version = services.use_people(scenario=scenario, author=request.user, upload=upload)
        except WrongInput as problem:
            messages.error(request, str(problem))
            return redirect("scenario", scenario.pk)
        del request.session[_key(scenario)]
        messages.success(request, f"Version {version.number} takes its people from {held['name']}.")
        return redirect("scenario", scenario.pk)
    page = {"scenario": scenario, "name": held["name"], **_report(request, upload)}
    return render(request, "people.html", page)


def _report(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    found = read_people(bytes(upload.bytes), name=upload.name)
    skipped = page_of(request, found.skipped, size=SKIPPED_PER_PAGE)
    size = size_in_words(upload.size)
    return {"found": found, "page": skipped, "query": query_without_page(request), "size": size}


def _key(scenario: Scenario) -> str:
    return f"people-of-{scenario.pk}"
