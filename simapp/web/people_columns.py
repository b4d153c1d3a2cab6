"""Which column of an uploaded table is which of our fields: guessed, shown with what the columns hold, chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from simapp.engine.core.errors import WrongInput
from simapp.models import Upload
from simapp.runs import access
from simapp.runs.tables_in import store_mapped
from simapp.runs.uploads import TABLE
from simapp.scenarios.importers.columns import LOOKED_AT, columns_of, read_columns
from simapp.scenarios.importers.mapping import FIELDS, GRAPH, PEOPLE, guess, guess_as
from simapp.web import people_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from simapp.scenarios.importers.columns import Table


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Show the columns of the member's last table for this scenario; on POST take them as they are called."""
    scenario = get_object_or_404(access.scenarios_for(request.user).filter(gallery=False), pk=scenario_id)
    held = people_page.held_file(request, scenario)
    upload = Upload.objects.filter(pk=held.get("table") or held["upload"], format=TABLE).first()
    if upload is None:
        messages.error(request, f"The table {held['name']} is not held any more; upload it again.")
        return redirect("scenario", scenario.pk)
    if request.method == "POST" and request.POST.get("action") == "cancel":
        people_page.forget(request, scenario)
        return redirect("scenario", scenario.pk)
    data = bytes(upload.bytes)
    table = read_columns(data, most=LOOKED_AT)
    kind, roles = _chosen(request.POST if request.method == "POST" else None, table, held)
    problem = ""
    if request.method == "POST" and request.POST.get("action") == "check":
        try:
            kept = store_mapped(owner=request.user, name=held["name"], data=data, kind=kind, roles=roles)
        except WrongInput as error:
            problem = str(error)
        else:
            named = {"upload": kept.pk, "name": held["name"], "table": upload.pk, "kind": kind, "roles": roles}
            people_page.note_file(request, scenario, named)
            return redirect("people", scenario.pk)
    page = _page(table, kind, roles)
    page |= {"scenario": scenario, "name": held["name"], "problem": problem}
    return render(request, "people_columns.html", page, status=422 if problem else 200)


def _chosen(sent: QueryDict | None, table: Table, held: dict[str, Any]) -> tuple[Any, list[str]]:
    """Return what the table holds and the field of each column: as sent, as chosen before, or as guessed."""
    if sent is not None:
        kind = sent.get("kind") if sent.get("kind") in FIELDS else PEOPLE
        if sent.get("action") == "turn":
            return kind, guess_as(table, kind)
        return kind, [sent.get(f"column-{i}", "")[:40] for i in range(len(table.header))]
    if len(held.get("roles") or ()) == len(table.header):
        return held["kind"], held["roles"]
    return guess(table)


def _page(table: Table, kind: Any, roles: list[str]) -> dict[str, Any]:
    fields = [(field.name, field.help, field.needed) for field in FIELDS[kind]]
    rows = zip(columns_of(table), roles, strict=True)
    return {
        "kind": kind,
        "kinds": ((PEOPLE, "people, one per row"), (GRAPH, "follows, one per row")),
        "fields": fields,
        "columns": [(i, column, role) for i, (column, role) in enumerate(rows)],
        "looked": len(table.rows),
        "whole": table.whole,
        "ragged": len(table.ragged),
    }
