"""What the studio asks while somebody types: is it valid, and what would it look like. Nothing is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from simapp.engine.core.errors import WrongInput
from simapp.runs import access
from simapp.runs.previews import preview_of
from simapp.scenarios.checks import advice
from simapp.web import launch_box, preview_drawing
from simapp.web.numbers import thousands
from simapp.web.scenario_edit import Edit
from simapp.web.scenario_summary import summary

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.runs.previews import Picture, Preview


@require_POST
def check(request: HttpRequest, scenario_id: int) -> JsonResponse:
    """Answer the faults of what was typed: the sentences that saving would give, with the ids of their inputs."""
    get_object_or_404(access.scenarios_for(request.user).filter(gallery=False), pk=scenario_id)
    edit = Edit.sent(request.POST)
    return JsonResponse({"tab": edit.tab, "faults": [{"at": at, "said": said} for at, said in edit.faults()]})


@require_POST
def preview(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Answer what would run, drawn and in figures; 422 with a sentence while the document has faults."""
    get_object_or_404(access.scenarios_for(request.user).filter(gallery=False), pk=scenario_id)
    edit, box = Edit.sent(request.POST), launch_box.sent(request.POST)
    if edit.document is None:
        return render(request, "parts/preview.html", {"faults": len(edit.problems)}, status=422)
    page: dict[str, Any] = {
        "summary": summary(edit.document),
        "advice": advice(edit.document),
        "needs": launch_box.needs(edit.document),
        "seed": box.wishes.get("seed", 1),
    }
    try:
        found = preview_of(edit.document, page["seed"])
    except WrongInput as problem:
        return render(request, "parts/preview.html", {**page, "missing": str(problem)})
    page |= {"charts": preview_drawing.charts(found), "missing": found.missing}
    if found.picture is not None:
        from_file = edit.document.population.people is not None
        ties, dots = preview_drawing.network(found.picture)
        page |= {"ties": ties, "dots": dots, "drawn": _drawn(found, found.picture, from_file=from_file)}
    return render(request, "parts/preview.html", page)


def _drawn(found: Preview, picture: Picture, *, from_file: bool) -> str:
    """Say what of the network is on the picture."""
    few, shown = picture.users < found.users, len(picture.first)
    who = f"sample of {thousands(picture.users)} of {thousands(found.users)} users" if few else "all users"
    who += ", those around the most followed" if few and from_file else ""
    if not picture.ties:
        return f"{who}; nobody follows anybody"
    ties = "their ties" if shown == picture.ties else f"{thousands(shown)} of {thousands(picture.ties)} ties"
    return f"{who}, {ties}; size: followers, colour: opinion on the first topic"
