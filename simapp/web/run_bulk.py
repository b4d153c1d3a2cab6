"""What members do from the list of runs: to a selection, to one run's tags, and to their own views of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from simapp.engine.core.errors import SociariumError, WrongInput
from simapp.models import SavedView
from simapp.runs import bulk, saved_views
from simapp.runs.tags import read_tags, set_tags
from simapp.web import run_query
from simapp.web.gate import local_path
from simapp.web.numbers import size_in_words, thousands
from simapp.web.run_frame import open_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest

    from simapp.models import Run

WORDS = {"pause": "asked to pause", "resume": "resumed", "stop": "asked to stop"}


@require_POST
def steer(request: HttpRequest) -> HttpResponse:
    """Pause, resume or stop the chosen runs."""
    action = request.POST.get("action", "")
    return _for_each(
        request, WORDS.get(action, ""), lambda runs: bulk.steer(runs=runs, member=request.user, action=action)
    )


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Ask for an export of each chosen run."""
    wish = request.POST.get("format", "")
    return _for_each(
        request, "being exported; the files appear under Data",
        lambda runs: bulk.export(runs=runs, member=request.user, format=wish),
    )  # fmt: skip


@require_POST
def tag(request: HttpRequest) -> HttpResponse:
    """Add tags to the chosen runs."""

    def add(runs: Sequence[Run]) -> bulk.Outcome:
        return bulk.tag(runs=runs, member=request.user, tags=read_tags(request.POST.get("tags", "")[:1000]))

    return _for_each(request, "tagged", add)


@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Say what would be lost with the chosen runs; with `sure`, delete them."""
    if request.POST.get("sure") == "yes":
        return _for_each(request, "deleted", lambda runs: bulk.delete(runs=runs, member=request.user))
    try:
        runs = bulk.chosen(request.user, request.POST.getlist("run"))
    except WrongInput as problem:
        return _back(request, [], str(problem))
    losses = bulk.losses(runs)
    context = {
        "losses": [
            (loss, thousands(loss.steps), thousands(loss.run.events), size_in_words(loss.size)) for loss in losses
        ],
        "next": local_path(request, request.POST.get("next"), "runs"),
        "total": size_in_words(sum(loss.size for loss in losses)),
    }
    return render(request, "runs_delete.html", context)


@require_POST
def tags(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give one run its tags; a script gets them back as JSON."""
    run = open_run(request, run_id)
    script = request.headers.get("Accept", "").startswith("application/json")
    try:
        held = set_tags(run=run, member=request.user, tags=read_tags(request.POST.get("tags", "")[:1000]))
    except SociariumError as problem:
        if script:
            return JsonResponse({"problem": str(problem)}, status=400)
        return _back(request, [], str(problem))
    return JsonResponse({"tags": held}) if script else _back(request, [])


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the list as it is seen under a name."""
    said = QueryDict(request.POST.get("query", "")[:4000])
    try:
        view = saved_views.save_view(
            member=request.user, name=request.POST.get("name", ""), query=run_query.read(said).text()
        )
    except SociariumError as problem:
        return _back(request, [], str(problem))
    messages.success(request, f"The view “{view.name}” is saved.")
    return _back(request, [])


@require_POST
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Forget one of the member's own views."""
    try:
        saved_views.delete_view(member=request.user, view_id=view_id)
    except SavedView.DoesNotExist:
        raise Http404("There is no such view.") from None
    return _back(request, [])


def _for_each(request: HttpRequest, word: str, do: Callable[[Sequence[Run]], bulk.Outcome]) -> HttpResponse:
    """Do something to the chosen runs and go back to the list, which says what came of it."""
    try:
        outcome = do(bulk.chosen(request.user, request.POST.getlist("run")))
    except SociariumError as problem:
        return _back(request, [], str(problem))
    done = len(outcome.done)
    if done:
        messages.success(request, f"{done} run{'' if done == 1 else 's'} {word}.")
    return _back(request, outcome.refused)


def _back(request: HttpRequest, refused: Sequence[tuple[int, str]], problem: str = "") -> HttpResponse:
    if problem:
        messages.error(request, problem)
    for number, sentence in refused[:5]:
        messages.error(request, f"Run {number}: {sentence}")
    if len(refused) > 5:
        messages.error(request, f"The same or alike for {len(refused) - 5} more runs.")
    return redirect(local_path(request, request.POST.get("next"), "runs"))


urlpatterns: list[Any] = [
    path("runs/steer/", steer, name="runs-steer"),
    path("runs/export/", export, name="runs-export"),
    path("runs/tag/", tag, name="runs-tag"),
    path("runs/delete/", delete, name="runs-delete"),
    path("runs/views/", save_view, name="save-view"),
    path("runs/views/<int:view_id>/delete/", delete_view, name="delete-view"),
    path("runs/<int:run_id>/tags/", tags, name="run-tags"),
]
