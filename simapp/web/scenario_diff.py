"""Two scenarios, or two versions of one, side by side: only what differs, and a way to take it over."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from simapp.engine.core.errors import WrongInput
from simapp.models import ScenarioVersion
from simapp.runs import access, scenario_shelf
from simapp.scenarios.differences import differences, in_full

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, QueryDict

LISTED = 200


@require_safe
def diff(request: HttpRequest) -> HttpResponse:
    """Show what differs between versions ?a= and ?b=; without b, ask for it."""
    seen = _seen(request.user)
    one, other = _asked(seen, request.GET, "a"), _asked(seen, request.GET, "b")
    page: dict[str, Any] = {"one": one, "other": other, "choices": _choices(request.user, one, other)}
    if one and other:
        found = differences(in_full(one.document), in_full(other.document))
        page["count"] = len(found)
        page["groups"] = [(name, list(group)) for name, group in groupby(found, key=lambda d: d.group)]
        page["into_one"] = _may_take(request.user, one)
        page["into_other"] = one.scenario_id != other.scenario_id and _may_take(request.user, other)
    return render(request, "scenario_diff.html", page)


@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Give the scenario of version `into` (a or b) the ticked settings of the other, as a new version."""
    seen = _seen(request.user)
    one, other = _asked(seen, request.POST, "a"), _asked(seen, request.POST, "b")
    if one is None or other is None or request.POST.get("into") not in {"a", "b"}:
        messages.error(request, "Nothing was changed. Choose two versions, and which takes over from the other.")
        return redirect("scenario-diff")
    target, source = (one, other) if request.POST["into"] == "a" else (other, one)
    scenario = get_object_or_404(access.scenarios_for(request.user).filter(gallery=False), pk=target.scenario_id)
    if not access.may_change(request.user, scenario):
        raise PermissionDenied
    try:
        saved = scenario_shelf.take_over(
            scenario=scenario, source=source, paths=request.POST.getlist("path")[:500], member=request.user
        )
    except WrongInput as problem:
        messages.error(request, f"Nothing was changed. {problem}")
        response = redirect("scenario-diff")
        response["Location"] += f"?a={one.pk}&b={other.pk}"
        return response
    messages.success(request, f"Taken over; this is version {saved.number}.")
    return redirect("scenario", scenario.pk)


def _may_take(member: Any, version: ScenarioVersion) -> bool:
    return not version.scenario.gallery and access.may_change(member, version.scenario)


def _seen(member: Any) -> QuerySet[ScenarioVersion]:
    return ScenarioVersion.objects.filter(scenario__in=access.scenarios_to_read(member)).select_related("scenario")


def _asked(seen: QuerySet[ScenarioVersion], query: QueryDict, name: str) -> ScenarioVersion | None:
    text = query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 18):
        raise Http404
    found: ScenarioVersion = get_object_or_404(seen, pk=int(text))
    return found


def _choices(member: Any, *chosen: ScenarioVersion | None) -> list[tuple[int, str]]:
    """Return (version, words) to choose from: the newest version of each scenario, and what is chosen already."""
    newest = (
        ScenarioVersion.objects.filter(scenario__in=access.scenarios_for(member))
        .order_by("scenario_id", "-number")
        .distinct("scenario_id")
        .values_list("pk", "scenario__title", "number", "scenario__gallery")
    )
    words = {pk: _words(title, number, gallery) for pk, title, number, gallery in newest[:LISTED]}
    for version in chosen:
        if version is not None:
            scenario = version.scenario
            words[version.pk] = _words(scenario.title, version.number, scenario.gallery)
    return sorted(words.items(), key=lambda choice: choice[1].casefold())


def _words(title: str, number: int, gallery: bool) -> str:
    return f"{title[:80]} · {'gallery' if gallery else f'version {number}'}"
