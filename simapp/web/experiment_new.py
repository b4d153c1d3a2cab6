"""The page of a new experiment: base scenario, arms, replicates; what they will take; launch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from simapp.engine.core.errors import SociariumError
from simapp.experiments import launch, preview
from simapp.experiments.design import DesignInvalid, check, measured, usual_headlines
from simapp.metrics.registry import metric_named
from simapp.models import Experiment, Scenario
from simapp.runs import access
from simapp.scenarios.document import load_scenario
from simapp.web import arm_fields
from simapp.web.experiment_form import Typed, design_of, fresh, sent
from simapp.web.scenario_list import newest_version

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from simapp.models import ScenarioVersion

MOST_SCENARIOS = 300  # in the list to choose from


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST launch what was typed, or say beside each field what is wrong (422)."""
    if request.method != "POST":
        return _page(request, fresh(request.GET.get("scenario", "")))
    typed = sent(request.POST)
    version = _version(request, typed.scenario)
    if version is None:
        typed.problems["scenario"] = "Choose the scenario that the arms change."
        return _page(request, typed, status=422)
    try:
        made = launch.launch(owner=request.user, version=version, design=design_of(typed))
    except DesignInvalid as wrong:
        typed.take(wrong)
    except SociariumError as problem:
        typed.problems["launch"] = str(problem)
    else:
        runs = made.replicates * made.arms.count()
        messages.success(request, f"{runs} runs are queued; they start as workers are free.")
        return redirect("experiment", made.pk)
    return _page(request, typed, status=422)


@require_POST
def preview_of(request: HttpRequest) -> HttpResponse:
    """Say what the form as typed would launch and take; nothing is kept."""
    typed = sent(request.POST)
    # What is called how does not matter yet.
    typed.title = typed.title or "untitled"
    for arm in typed.arms:
        arm.name = arm.name or f"arm {arm.number + 1}"
    version = _version(request, typed.scenario)
    if version is None:
        return render(request, "experiment/preview.html", {"faults": ["Choose a scenario."]})
    try:
        plan = check(design_of(typed), load_scenario(version.document))
    except DesignInvalid as wrong:
        return render(request, "experiment/preview.html", {"faults": list(wrong.problems.values())})
    except SociariumError as problem:
        return render(request, "experiment/preview.html", {"faults": [str(problem)]})
    return render(request, "experiment/preview.html", {"preview": preview.preview(plan, request.user), "plan": plan})


@require_safe
def base(request: HttpRequest) -> HttpResponse:
    """What the form offers for a scenario: the fields that arms may change, and the metrics it measures."""
    version = _version(request, request.GET.get("scenario", ""))
    return render(request, "experiment/base.html", _base(version, Typed()))


def _page(request: HttpRequest, typed: Typed, status: int = 200) -> HttpResponse:
    scenarios = access.scenarios_for(request.user).order_by("-gallery", "-pk")[:MOST_SCENARIOS]
    version = _version(request, typed.scenario)
    context = {
        "typed": typed,
        "scenarios": scenarios,
        "readings": Experiment.Reading.choices,
        **_base(version, typed),
    }
    return render(request, "experiment_new.html", context, status=status)


def _base(version: ScenarioVersion | None, typed: Typed) -> dict[str, Any]:
    if version is None:
        return {"version": None, "fields": [], "fields_json": {}, "metrics": []}
    document = load_scenario(version.document)
    fields = arm_fields.fields_of(document)
    chosen = typed.metrics or list(usual_headlines(document))
    metrics = [(name, metric_named(name).label, name in chosen) for name in measured(document)]
    return {
        "version": version,
        "document": document,
        "fields": fields,
        "fields_json": arm_fields.as_json(fields),
        # What is chosen stands first.
        "metrics": sorted(metrics, key=lambda metric: not metric[2]),
    }


def _version(request: HttpRequest, number: str) -> ScenarioVersion | None:
    """The newest version of the scenario that was chosen, None for none that the member may see."""
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        return None
    try:
        found = access.scenarios_for(request.user).get(pk=int(number))
    except Scenario.DoesNotExist:
        return None
    return newest_version(found)
