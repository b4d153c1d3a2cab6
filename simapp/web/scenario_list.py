"""The gallery and the member's own scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from simapp.engine.core.errors import WrongInput
from simapp.models import Run, ScenarioVersion
from simapp.runs import access, scenario_shelf, services
from simapp.scenarios.document import Scenario as Document
from simapp.scenarios.document import json_schema
from simapp.scenarios.measured import Measured, measured
from simapp.web import launch_box
from simapp.web.numbers import thousands
from simapp.web.paging import page_of, query_without_page

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from simapp.models import Scenario

# Whoever comes for the first time sees these first.
_FIRST = (
    "echo-chambers", "chronological-feed", "late-note", "bot-flood", "rumour", "bridging-feed", "group-polarization",
    "first-vote", "real-curve",
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """One gallery scenario: its document, its drawing and what was measured; run: the member's newest run of it."""

    scenario: Scenario
    document: dict[str, Any]
    picture: str
    measured: Measured | None
    run: Run | None


@require_safe
def scenarios(request: HttpRequest) -> HttpResponse:
    """Show the gallery as cards, then the member's scenarios as a table."""
    seen = access.scenarios_for(request.user)
    found = page_of(request, with_counts(seen.filter(gallery=False)))
    for one in found.object_list:
        one.users_text = thousands(one.users) if one.users else ""
    shown = cards(request.user, seen.filter(gallery=True))
    page = {"cards": shown, "page": found, "query": query_without_page(request)}
    return render(request, "scenarios.html", page)


@require_safe
def schema(request: HttpRequest) -> JsonResponse:
    """The JSON Schema of the scenario document."""
    kind = "application/schema+json"
    return JsonResponse(json_schema(), json_dumps_params={"indent": 2}, content_type=kind)


@require_POST
def new_scenario(request: HttpRequest) -> HttpResponse:
    """Make a scenario with every setting at its default."""
    version = services.create_scenario(owner=request.user, document=Document(title="Untitled scenario"))
    return redirect("scenario", version.scenario_id)


@require_POST
def launch_scenario(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Run the newest version of a scenario as it is, with a seed, and show the run."""
    scenario = get_object_or_404(access.scenarios_for(request.user), pk=scenario_id)
    box = launch_box.sent(request.POST)
    try:
        if box.problems:
            raise WrongInput(next(iter(box.problems.values())))
        run = services.launch(owner=request.user, version=newest_version(scenario), **box.wishes)
    except (WrongInput, services.Refused) as problem:
        messages.error(request, f"{scenario.title} was not launched: {problem}")
        return redirect("scenarios")
    return redirect("run:page", run.pk)


@require_POST
def use_scenario(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Make an own copy of a scenario, to change and to launch."""
    scenario = get_object_or_404(access.scenarios_for(request.user), pk=scenario_id)
    try:
        version = scenario_shelf.duplicate(scenario=scenario, member=request.user)
    except WrongInput as problem:
        messages.error(request, f"No copy was made. {problem}")
        return redirect("scenario", scenario.pk)
    return redirect("scenario", version.scenario_id)


def newest_version(scenario: Scenario) -> ScenarioVersion:
    """Return the newest version; a scenario without one does not exist for a page."""
    return get_object_or_404(scenario.versions.order_by("-number")[:1])


def with_counts(found: QuerySet[Scenario]) -> QuerySet[Scenario]:
    """Return scenarios with version, number of runs, users and last change, without their documents."""
    newest = ScenarioVersion.objects.filter(scenario=OuterRef("pk")).order_by("-number")
    listed = Q(versions__runs__hidden=False, versions__runs__deleted=None, versions__runs__tail_of=None)
    return (
        found.select_related("owner")
        .annotate(
            version=Subquery(newest.values("number")[:1]),
            changed=Subquery(newest.values("created")[:1]),
            users=Subquery(newest.values("document__population__users")[:1]),
            people=Subquery(newest.values("document__population__people__name")[:1]),
            feed=Subquery(newest.values("document__feed__preset")[:1]),
            run_count=Count("versions__runs", filter=listed),
            last_run=Max("versions__runs__id", filter=listed),
        )
        .order_by(F("changed").desc(nulls_last=True), "-pk")
    )


def cards(member: Any, gallery: QuerySet[Scenario]) -> list[Card]:
    """Return the gallery's cards in the order in which a newcomer may like to read them."""
    found = sorted(gallery, key=lambda one: (_FIRST.index(one.slug) if one.slug in _FIRST else len(_FIRST), one.pk))
    documents = {
        version.scenario_id: version.document
        for version in ScenarioVersion.objects.filter(scenario__in=found).order_by("number")
    }
    mine = access.runs_for(member).filter(scenario_version__scenario__in=found, tail_of=None)
    newest = mine.annotate(of=F("scenario_version__scenario")).order_by("pk").only("pk", "status", "seed")
    runs: dict[int, Any] = {run.of: run for run in newest}
    known = measured()
    return [
        Card(one, documents.get(one.pk, {}), picture_of(one.slug), known.get(one.slug), runs.get(one.pk))
        for one in found
    ]


def picture_of(slug: str) -> str:
    """Return the drawing of a gallery scenario; "" where nobody has drawn one."""
    drawn = f"img/gallery/{slug}.svg"
    return drawn if finders.find(drawn) else ""
