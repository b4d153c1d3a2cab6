"""Exports: ask for one, see how far it is, read its manifest, take the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from simapp.engine.core.errors import WrongInput
from simapp.models import Export
from simapp.runs import access, services
from simapp.web.numbers import size_in_words, thousands
from simapp.web.paging import page_of, query_without_page
from simapp.web.streaming import file_response, zip_response

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """List the exports of the runs that the member may see, newest first; htmx asks for the table alone."""
    found = page_of(request, exports_for(request.user))
    page = {"page": found, "query": query_without_page(request), "path": request.get_full_path()}
    part = "#table" if request.headers.get("HX-Request") == "true" else ""
    return render(request, f"exports.html{part}", page)


@require_POST
def export(request: HttpRequest, run_id: int) -> HttpResponse:
    """Ask for an export of a run; a worker writes it."""
    run = get_object_or_404(access.runs_for(request.user), pk=run_id)
    try:
        wish = request.POST.get("format", "csv")
        started = services.start_export(run=run, member=request.user, format=wish)
    except (WrongInput, services.Refused) as problem:
        messages.error(request, str(problem))
        return redirect("run:page", run.pk)
    messages.success(request, f"The {started.get_format_display()} export has begun; its files appear here.")
    return redirect("exports")


@require_safe
def export_page(request: HttpRequest, export_id: int) -> HttpResponse:
    """Show what an export holds: files, rows, hashes and where it comes from."""
    found = get_object_or_404(exports_for(request.user), pk=export_id)
    page: dict[str, Any] = {"export": found, "files": files(found), "facts": facts(found)}
    return render(request, "export.html", page)


@require_safe
def download(request: HttpRequest, export_id: int) -> HttpResponseBase:
    """Send everything as one zip file, packed while it is sent."""
    found = get_object_or_404(exports_for(request.user), pk=export_id, status=Export.Status.DONE)
    folder = _folder(found)
    inside = [(entry["name"], folder / entry["name"]) for entry in files(found)]
    return zip_response(request, f"run-{found.run_id}-{found.format}.zip", f"run-{found.run_id}", inside)


@require_safe
def download_file(request: HttpRequest, export_id: int, name: str) -> HttpResponseBase:
    """Send one file that the export's folder holds."""
    found = get_object_or_404(exports_for(request.user), pk=export_id, status=Export.Status.DONE)
    if name not in {entry["name"] for entry in files(found)}:
        raise Http404
    return file_response(request, _folder(found) / name)


def exports_for(member: Any) -> QuerySet[Export]:
    """Return the exports of runs that the member may see."""
    found = access.exports_for(member).select_related("run__scenario_version__scenario", "owner")
    return found.defer("run__fingerprint", "run__scenario_version__document").order_by("-pk")


def files(found: Export) -> list[dict[str, Any]]:
    """Return name, size, rows and hash of the files in a finished export's folder, by name."""
    if found.status != Export.Status.DONE:
        return []
    listed = (found.manifest or {}).get("files", ())
    said = {entry.get("name"): entry for entry in listed if isinstance(entry, dict)}
    rows = []
    folder = _folder(found)
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        entry = said.get(name, {})
        count = entry.get("rows")
        rows.append(
            {
                "name": name,
                "size": size_in_words(path.stat().st_size),
                "sha256": entry.get("sha256", ""),
                "rows": thousands(count) if isinstance(count, int) else "",
                "about": entry.get("about", ""),
            }
        )
    return rows


def facts(found: Export) -> list[tuple[str, str]]:
    """Return the plain values of the manifest: seed, digest, versions and so on."""
    held = found.manifest or {}
    flat = {**held, **(held["provenance"] if isinstance(held.get("provenance"), dict) else {})}
    plain = {
        key: value for key, value in flat.items() if isinstance(value, str | int | float) and value != ""
    }
    return [(key.replace("_", " "), str(value)) for key, value in plain.items()]


def _folder(found: Export) -> Path:
    """Return the export's folder; one outside the data root is not served, whatever the row says."""
    folder, root = Path(found.path).resolve(), Path(settings.SOCIARIUM_DATA_ROOT).resolve()
    if not found.path or not folder.is_relative_to(root) or not folder.is_dir():
        raise Http404
    return folder
