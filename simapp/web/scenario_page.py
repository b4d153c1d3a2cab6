"""One scenario: read it, change it as a form or as YAML, take people from a file, launch it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from simapp.engine.core.errors import WrongInput
from simapp.runs import access, model_forecasts, services
from simapp.scenarios.checks import advice
from simapp.scenarios.differences import in_full
from simapp.scenarios.document import dump_yaml, load_scenario
from simapp.scenarios.measured import measured
from simapp.scenarios.yaml_text import write_yaml
from simapp.web import launch_box, models_box, people_page
from simapp.web.scenario_edit import FORM, YAML, Edit
from simapp.web.scenario_list import newest_version, picture_of
from simapp.web.scenario_summary import summary

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import Scenario, ScenarioVersion
    from simapp.scenarios.document import Scenario as Document


@require_http_methods(["GET", "HEAD", "POST"])
def scenario(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Show a scenario, or do what a button of its page says."""
    found = get_object_or_404(access.scenarios_to_read(request.user).select_related("owner"), pk=scenario_id)
    version = newest_version(found)
    if found.gallery:
        return _gallery(request, found, version)
    if request.method != "POST":
        return _page(request, found, version, Edit.stored(version.document, request.GET.get("tab", FORM)))
    return _act(request, found, version)


@require_safe
def scenario_yaml(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """The newest version as a YAML file."""
    found = get_object_or_404(access.scenarios_to_read(request.user), pk=scenario_id)
    version = newest_version(found)
    text = write_yaml(in_full(version.document))
    name = f"{found.slug}-v{version.number}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/yaml", headers=headers)


def _act(request: HttpRequest, found: Scenario, version: ScenarioVersion) -> HttpResponse:
    """Save, launch, take a file of people, or show the other view. Nothing typed is lost on the way."""
    action, edit = request.POST.get("action", "save"), Edit.sent(request.POST)
    # Who wanted to launch learns of everything that stands in the way at once.
    box = launch_box.sent(request.POST) if action == "launch" else launch_box.kept(request.POST)
    if action in {"to_yaml", "to_form"}:
        edit.turn_to(YAML if action == "to_yaml" else FORM)
        return _page(request, found, version, edit, box=box, status=200 if edit.document else 422)
    if edit.change_list(action, request.POST):
        return _page(request, found, version, edit, box=box)
    if edit.document is None:
        return _page(request, found, version, edit, box=box, status=422)
    if action == "launch":
        return _launch(request, found, version, edit, box)
    if action == "people":
        return _people(request, found, version, edit)
    if action in {"add_tier", "forecast"} or action.startswith("remove_tier:"):
        return _models(request, found, version, edit, action)
    saved = services.save_version(scenario=found, author=request.user, document=edit.document)
    new = saved.number != version.number
    messages.success(request, f"Saved as version {saved.number}." if new else "Nothing had changed.")
    if new and request.POST.get("base", str(version.number)) != str(version.number):
        who = version.author.get_username() if version.author else "somebody"
        said = f"Version {version.number} was saved by {who} meanwhile; yours does not have its changes."
        messages.warning(request, f"{said} Compare the two under Versions.")
    return redirect(f"{request.path}?tab={edit.tab}")


def _launch(
    request: HttpRequest, found: Scenario, version: ScenarioVersion, edit: Edit, box: launch_box.Box
) -> HttpResponse:
    if not box.problems and edit.document:
        try:
            saved = services.save_version(scenario=found, author=request.user, document=edit.document)
            run = services.launch(owner=request.user, version=saved, **box.wishes)
        except (WrongInput, services.Refused) as problem:
            box.problems["launch"] = str(problem)
        else:
            return redirect("run:page", run.pk)
    return _page(request, found, version, edit, status=422, box=box)


def _models(
    request: HttpRequest, found: Scenario, version: ScenarioVersion, edit: Edit, action: str
) -> HttpResponse:
    """Add or remove a tier, or have a forecast made; what else was typed is saved with it."""
    document, tier = edit.document, models_box.sent(request.POST)
    assert document is not None  # noqa: S101 - _act has looked
    try:
        if action == "add_tier":
            document = models_box.with_tier(document, tier)
        elif action != "forecast":
            document = models_box.without_tier(document, action.partition(":")[2])
        if document is not None:
            saved = services.save_version(scenario=found, author=request.user, document=document)
            if action == "forecast":
                model_forecasts.ask(version=saved, member=request.user)
    except WrongInput as problem:
        tier.problems["endpoint"] = str(problem)
        document = None
    if document is None:
        box = launch_box.kept(request.POST)
        return _page(request, found, version, edit, box=box, tier=tier, status=422)
    if saved.number != version.number:
        messages.success(request, f"Saved as version {saved.number}.")
    return redirect(f"{request.path}?tab={edit.tab}#models-box")


@require_safe
def model_forecast(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """The newest forecast of what models take, for a page that waits for it."""
    found = get_object_or_404(access.scenarios_for(request.user), pk=scenario_id)
    shown = models_box.newest(request.user, found)
    if shown is None:
        raise Http404("There is no forecast.")
    page = {"scenario": found, "version": newest_version(found), "forecast": shown}
    return render(request, "parts/models_box.html#forecast", page)


def _people(request: HttpRequest, found: Scenario, version: ScenarioVersion, edit: Edit) -> HttpResponse:
    problem = people_page.take(request, found)
    if problem:
        box = launch_box.kept(request.POST)
        return _page(request, found, version, edit, box=box, status=422, people_problem=problem)
    if edit.document:
        services.save_version(scenario=found, author=request.user, document=edit.document)
    return redirect("people", found.pk)


def _gallery(request: HttpRequest, found: Scenario, version: ScenarioVersion) -> HttpResponse:
    document = load_scenario(version.document)
    page = {"scenario": found, "version": version, "document": document, "yaml": dump_yaml(document)}
    drawn = {"measured": measured().get(found.slug), "picture": picture_of(found.slug)}
    return render(request, "scenario_gallery.html", {**page, **drawn, **_about(document)})


def _page(
    request: HttpRequest,
    found: Scenario,
    version: ScenarioVersion,
    edit: Edit,
    *,
    status: int = 200,
    box: launch_box.Box | None = None,
    people_problem: str = "",
    tier: models_box.Box | None = None,
) -> HttpResponse:
    mine = access.runs_for(request.user).filter(scenario_version__scenario=found)
    page: dict[str, Any] = {
        "scenario": found,
        "may_take_back": access.may_take_back(request.user, found),
        "version": version,
        "box": box or launch_box.fresh(mine.count() + 1),
        "recent": mine.order_by("-pk").defer("heartbeat", "fingerprint")[:5],
        "people_problem": people_problem,
        "limit_mb": people_page.limit_mb(),
        **edit.shown(),
        # The version that what is typed began with, however often the page was shown since.
        "base": request.POST.get("base", "")[:9] or version.number,
        "all_settings": "all-settings" in request.POST,
        "preview_faults": 0 if edit.document else len(edit.problems) or 1,
        **_about(edit.document),
        **launch_box.cache_of(request.user, version, edit.document),
        **models_box.context(request.user, found, edit.document, tier or _tier_box(request, edit)),
    }
    return render(request, "scenario.html", page, status=status)


def _tier_box(request: HttpRequest, edit: Edit) -> models_box.Box:
    if "tier-endpoint" in request.POST:
        return models_box.sent(request.POST)
    return models_box.fresh(edit.document)


def _about(document: Document | None) -> dict[str, Any]:
    if document is None:
        return {"summary": [], "advice": []}
    return {
        "summary": summary(document),
        "advice": advice(document),
        "people": document.population.people,
        "needs": launch_box.needs(document),
    }
