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
from simapp.metrics.registry import metric_named
from simapp.models import Run, ScenarioVersion
from simapp.runs import access, scenario_shelf, services
from simapp.scenarios.document import Scenario as Document
from simapp.scenarios.document import json_schema
from simapp.web.numbers import thousands
from simapp.web.paging import page_of, query_without_page
from simapp.web.run_list import headline
from simapp.web.sparkline import list_sparks

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from simapp.models import Scenario
    from simapp.web.sparkline import Spark


@dataclass(frozen=True)
class Card:
    """One gallery scenario. spark: from a finished run that the member may see; else a sketch is shown."""

    scenario: Scenario
    document: dict[str, Any]
    run: Run | None
    spark: Spark | None
    label: str
    sketch: str


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
    return (
        found.select_related("owner")
        .annotate(
            version=Subquery(newest.values("number")[:1]),
            changed=Subquery(newest.values("created")[:1]),
            users=Subquery(newest.values("document__population__users")[:1]),
            people=Subquery(newest.values("document__population__people__name")[:1]),
            feed=Subquery(newest.values("document__feed__preset")[:1]),
            run_count=Count("versions__runs", filter=Q(versions__runs__hidden=False)),
            last_run=Max("versions__runs__id", filter=Q(versions__runs__hidden=False)),
        )
        .order_by(F("changed").desc(nulls_last=True), "-pk")
    )


def cards(member: Any, gallery: QuerySet[Scenario]) -> list[Card]:
    """Return the gallery's cards, each with a line from its newest finished run if the member may see one."""
    found = list(gallery.order_by("pk"))
    documents = {
        version.scenario_id: version.document
        for version in ScenarioVersion.objects.filter(scenario__in=found).order_by("number")
    }
    finished = access.runs_for(member).filter(status=Run.Status.FINISHED)
    finished = (
        finished.filter(scenario_version__scenario__in=found)
        .annotate(
            mind=F("scenario_version__document__minds__opinion__kind"),
            rules=F("scenario_version__document__platform__rules"),
            scenario=F("scenario_version__scenario"),
        )
        .defer("heartbeat", "fingerprint")
    )
    newest: dict[int, Any] = {run.scenario: run for run in finished.order_by("scenario", "pk")}
    sparks = list_sparks((run.pk, headline(run), run.step) for run in newest.values())
    return [_card(one, documents.get(one.pk, {}), newest.get(one.pk), sparks) for one in found]


def _card(scenario: Scenario, document: dict[str, Any], run: Any, sparks: dict[int, Spark]) -> Card:
    spark = sparks.get(run.pk) if run is not None else None
    drawn = f"img/gallery/{scenario.slug}.svg"
    sketch = drawn if finders.find(drawn) else "img/gallery/any.svg"
    label = metric_named(headline(run)).label if spark else ""
    return Card(scenario, document, run if spark else None, spark, label, sketch)
