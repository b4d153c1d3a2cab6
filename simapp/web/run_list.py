"""The list of runs, which is the home page. Everything about how it looks stands in its address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from simapp.experiments.side_by_side import MOST_RUNS
from simapp.models import Export, Run
from simapp.runs import access, run_lists
from simapp.runs.run_settings import setting
from simapp.runs.saved_views import views_of
from simapp.scenarios.gallery import list_gallery
from simapp.scenarios.reference import setting_paths
from simapp.web import run_query
from simapp.web.paging import page_of
from simapp.web.run_groups import put_headings
from simapp.web.run_rows import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from simapp.web.run_query import Query

PAGE = 50
FILTERS = ("q", "status", "scenario", "tag", "owner", "set")
MOST_LIVE = 100  # lines that one question for news may be about


@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """Show the runs that the member may see, as the address says."""
    mine, query = access.runs_for(request.user), run_query.read(request.GET)
    found = run_lists.found(mine, query.wish)
    shown = page_of(request, _with_settings(run_lists.ordered(found, query.wish), query.paths), size=PAGE)
    lines = rows(shown.object_list, query.paths)
    if query.wish.group:
        put_headings(lines, found, query)
    context: dict[str, Any] = {
        "query": query,
        "wish": query.wish,
        "conditions": [(str(one), query.without_setting(one)) for one in query.wish.settings],
        "page": shown,
        "rows": lines,
        "columns": _columns(query),
        "chooser": [(key, label, key in query.columns) for key, label, _, _ in run_query.COLUMNS if key != "name"],
        "kept_by_filter": query.hidden("q", "status", "scenario", "tag", "owner"),
        "kept_by_group": query.hidden("group", "fold"),
        "kept_by_columns": query.hidden("col", "path"),
        "shown_all": query.text(without=FILTERS),
        "address": query.text(),
        "pager": query.text() + ("&" if query.text() else ""),
        "statuses": Run.Status.choices,
        "tags": run_lists.tags_of(mine),
        "owners": _owners(mine) if request.user.is_staff else [],
        "scenarios": _scenarios(mine),
        "groups": run_lists.GROUPS,
        "paths": setting_paths(),
        "views": list(views_of(request.user)),
        "acts": access.acts_somewhere(request.user),
        "export_formats": Export.Format.choices,
        "most_compared": MOST_RUNS,
        "gallery": len(list_gallery()),
        "newest": max((row.run.pk for row in lines), default=0),
    }
    return render(request, "runs.html", context, status=400 if query.problems else 200)


@require_GET
def live(request: HttpRequest) -> JsonResponse:
    """How the runs with these numbers (`ids`) stand now, and how many newer than `after` the list would show."""
    asked = request.GET.get("ids", "").split(",")
    ids = [int(one) for one in asked[:MOST_LIVE] if one.isascii() and one.isdecimal() and len(one) < 18]
    after = request.GET.get("after", "")
    mine = access.runs_for(request.user)
    everything = run_lists.Wish()
    lines = rows(run_lists.found(mine.filter(pk__in=ids), everything).order_by("-pk"))
    newer = 0
    if after.isascii() and after.isdecimal() and len(after) < 18:
        newer = run_lists.found(mine.filter(pk__gt=int(after)), run_query.read(request.GET).wish).count()
    return JsonResponse({"rows": [line.moving() for line in lines], "newer": newer})


def _with_settings(found: QuerySet[Run], paths: Sequence[str]) -> QuerySet[Run]:
    return found.annotate(**{f"shown_{nth}": setting(path) for nth, path in enumerate(paths)})


def _columns(query: Query) -> list[dict[str, Any]]:
    """Return the headings: label, how the table is sorted by it, and the address that sorts it (the other way)."""
    labels = [(key, label, number) for key, label, _, number in run_query.COLUMNS if key in query.columns]
    labels += [(path, path, False) for path in query.paths]
    known = {key for key, _, _, _ in run_query.COLUMNS}
    made = []
    for key, label, number in labels:
        way = {key: "ascending", f"-{key}": "descending"}.get(query.wish.sort, "")
        turned = key if way == "descending" else f"-{key}"
        first = key if key in ("name", "scenario", "owner", "status", "tags") or key not in known else f"-{key}"
        address = query.text(sort=turned if way else first)
        made.append({"key": key, "label": label, "number": number, "way": way, "address": address})
    return made


def _owners(mine: QuerySet[Run]) -> list[str]:
    names = mine.exclude(owner=None).order_by("owner__username").values_list("owner__username", flat=True)
    return list(names.distinct()[:500])


def _scenarios(mine: QuerySet[Run]) -> list[tuple[int, str]]:
    named = mine.order_by("scenario_version__scenario__title", "scenario_version__scenario")
    return list(named.values_list("scenario_version__scenario", "scenario_version__scenario__title").distinct()[:500])
