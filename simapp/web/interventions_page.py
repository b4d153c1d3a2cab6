"""The interventions of a run: everything that was done or is planned, forms for more, and the marks of its charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from simapp.engine.core.errors import SociariumError, WrongInput
from simapp.runs import finding, steering
from simapp.runs.effects import effects
from simapp.runs.happenings import happenings
from simapp.runs.services import OVER
from simapp.runs.wishes import wish_of
from simapp.scenarios.problems import ScenarioInvalid
from simapp.web import fork_edit
from simapp.web.bad_requests import bad_request
from simapp.web.intervention_form import Form, form_of, groups_for
from simapp.web.intervention_words import TITLES, line, names_of
from simapp.web.numbers import thousands
from simapp.web.paging import page_of, query_without_page
from simapp.web.run_frame import at_of, open_run, render_view

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from simapp.models import Run
    from simapp.runs.effects import Effect
    from simapp.runs.happenings import Happening
    from simapp.web.intervention_words import Names

PER_PAGE = 30


@dataclass(frozen=True)
class Shown:
    """One line of the list. state: planned, done, refused or never (the run ended before)."""

    one: Happening
    title: str
    said: str
    state: str
    effect: Effect
    about: str
    withdrawable: bool

    @property
    def words(self) -> str:
        """What came of it, in one line."""
        return self.about or " · ".join(self.effect.said)


@require_GET
def interventions(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show the list and an empty form; `kind` and fields of the query fill it."""
    run = open_run(request, run_id)
    return _page(request, run, form_of(run, request.GET.dict(), fresh=True))


@require_POST
def intervene(request: HttpRequest, run_id: int) -> HttpResponse:
    """Add an intervention: now, which is the next step, or at a step. What is wrong is said where it was typed."""
    run = open_run(request, run_id)
    form = form_of(run, _typed(request.POST))
    try:
        done = steering.intervene(run=run, member=request.user, said=form.said(), at=_step(form))
    except ScenarioInvalid as wrong:
        form.take(wrong.problems)
        return _page(request, run, form, status=400)
    except WrongInput as wrong:
        _blame(form, wrong)
        return _page(request, run, form, status=400)
    except SociariumError as problem:
        form.faults.append(str(problem))
        return _page(request, run, form, status=409)
    messages.success(request, f"{TITLES[done.kind]}: planned for step {thousands(done.step)}.")
    return redirect("run:interventions", run.pk)


@require_POST
def check(request: HttpRequest, run_id: int) -> HttpResponse:
    """Say what is wrong with what is typed so far, by input; nothing is done."""
    run = open_run(request, run_id)
    form = form_of(run, _typed(request.POST))
    try:
        wish_of(run, form.said(), _step(form))
    except ScenarioInvalid as wrong:
        form.take(wrong.problems)
    except WrongInput as wrong:
        _blame(form, wrong)
    faults = {one.name: one.fault for one in form.inputs if one.fault}
    faults |= {"at": form.at_fault} if form.at_fault else {}
    return JsonResponse({"faults": faults, "other": form.faults})


@require_POST
def withdraw(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take back a planned intervention: `step` and `seq` name it."""
    run = open_run(request, run_id)
    named = [request.POST.get(name, "") for name in ("step", "seq")]
    if not all(text.isascii() and text.isdecimal() and len(text) < 10 for text in named):
        return bad_request("step and seq must be whole numbers.")
    step, seq = map(int, named)
    try:
        steering.withdraw(run=run, member=request.user, step=step, seq=seq)
    except SociariumError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"Withdrawn: nothing of it happens at step {thousands(step)}.")
    return redirect("run:interventions", run.pk)


@require_POST
def fork(request: HttpRequest, run_id: int) -> HttpResponse:
    """Fork the run with the edit that starts the fork: an intervention, other settings, or both."""
    run = open_run(request, run_id)
    form, edit = form_of(run, _typed(request.POST)), fork_edit.sent(request.POST, run)
    try:
        made = fork_edit.fork(run, request.user, edit, form)
    except ScenarioInvalid as wrong:
        form.take(wrong.problems) if edit.include else None
        edit.fault = "" if edit.include and any(one.fault for one in form.inputs) else str(wrong)
        return _page(request, run, form, edit=edit, status=400)
    except SociariumError as problem:
        edit.fault = str(problem)
        return _page(request, run, form, edit=edit, status=409)
    messages.success(request, fork_edit.sentence(made, request.user))
    return redirect("run:interventions", made.pk)


@require_GET
def marks(request: HttpRequest, run_id: int) -> HttpResponse:
    """Everything that was done or is planned as marks for charts and the slider."""
    run = open_run(request, run_id)
    found = happenings(run)
    names = names_of(run, found)
    page = reverse("run:interventions", args=[run.pk])
    return JsonResponse({
        "marks": [
            {
                "step": one.step, "letter": one.letter, "kind": one.kind, "label": line(one, names),
                "by": one.by or "scenario", "state": one.state, "url": f"{page}{_query(place)}#i-{one.letter}",
            }
            for place, one in enumerate(found)
        ]
    })  # fmt: skip


@require_GET
def find(request: HttpRequest, run_id: int) -> HttpResponse:
    """Users or posts (`what`) that fit the words `q`, for the pickers."""
    run = open_run(request, run_id)
    looking = {"users": finding.users, "posts": finding.posts}.get(request.GET.get("what", ""))
    if looking is None:
        return JsonResponse({"error": "what must be users or posts."}, status=400)
    return JsonResponse({"found": looking(run, request.GET.get("q", "")[:100])})


def _page(
    request: HttpRequest, run: Run, form: Form, *, edit: fork_edit.Edit | None = None, status: int = 200
) -> HttpResponse:
    try:
        at = at_of(request, run)
    except ValueError as problem:
        return bad_request(problem)
    listed = happenings(run)
    page = page_of(request, listed, size=PER_PAGE)
    first = steering.earliest(run)
    context: dict[str, Any] = {
        "at": at,
        "shown": _shown(run, list(page.object_list), first),
        "page": page,
        "query": query_without_page(request),
        "planned": sum(one.state == "planned" for one in listed),
        "form": form,
        "kinds": groups_for(run),
        "over": run.status in OVER,
        "first_text": thousands(first),
        "lead": first - max(run.step, 0),
        "edit": edit or fork_edit.fresh(run, at),
        "origin": fork_edit.origin(run, request.user),
        "path": request.get_full_path() if request.method == "GET" else reverse("run:interventions", args=[run.pk]),
    }
    if request.headers.get("HX-Request") == "true" and request.method == "GET":
        return render(request, "run/interventions.html#list", {"run": run, **context})
    return render_view(request, run, "interventions", "run/interventions.html", context, status)


def _shown(run: Run, listed: list[Happening], first: int) -> list[Shown]:
    came = effects(run, listed)
    names = names_of(run, listed, came)
    found = []
    for one, effect in zip(listed, came, strict=True):
        state = "refused" if effect.refused else one.state
        can = one.seq is not None and one.state == "planned" and one.step >= first
        about = _subject(one, effect, names)
        found.append(Shown(one, TITLES.get(one.kind, one.kind), line(one, names), state, effect, about, can))
    return found


def _subject(one: Happening, effect: Effect, names: Names) -> str:
    """Whom or what it met, where that was left open when it was planned."""
    if effect.user is not None and not isinstance(one.settings.get("user"), int):
        return f"it was {names.user(effect.user)}"
    if effect.post is not None and one.kind != "inject_post" and not isinstance(one.settings.get("post"), dict):
        return f"it was {names.post({'key': effect.post})}"
    return ""


def _step(form: Form) -> int | None:
    try:
        return form.step()
    except ValueError as wrong:
        raise WrongInput(str(wrong)) from None


def _blame(form: Form, wrong: WrongInput) -> None:
    if str(wrong).startswith("at is"):
        form.at_fault = str(wrong)
    else:
        form.faults.append(str(wrong))


def _typed(sent: QueryDict) -> dict[str, str]:
    return {str(name): str(value) for name, value in sent.items()}


def _query(place: int) -> str:
    return f"?page={place // PER_PAGE + 1}" if place >= PER_PAGE else ""


urlpatterns = [
    path("interventions/", interventions, name="interventions"),
    path("interventions/do", intervene, name="intervene"),
    path("interventions/check", check, name="check-intervention"),
    path("interventions/withdraw", withdraw, name="withdraw"),
    path("interventions/fork", fork, name="fork-edit"),
    path("marks", marks, name="marks"),
    path("find", find, name="find"),
]
