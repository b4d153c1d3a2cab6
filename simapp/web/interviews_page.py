"""Interviews of a run: a form for its owner, and everything that was asked and answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from simapp.engine.core.batches import TIERS
from simapp.engine.core.errors import WrongInput
from simapp.models import Probe, RunProbe, RunUser
from simapp.runs import access, probes, services
from simapp.runs.cohorts import asked_cohort
from simapp.store.lineage import segments_of
from simapp.web.bad_requests import bad_request
from simapp.web.numbers import thousands
from simapp.web.paging import page_of, query_without_page
from simapp.web.run_frame import at_of, open_run, render_view

if TYPE_CHECKING:
    from django.http import HttpRequest
    from numpy.typing import NDArray

    from simapp.models import Cohort, Run

PER_PAGE = 10
SUGGESTED = 10  # users of a cohort who are filled in


@dataclass(frozen=True)
class Answer:
    """One user's answer as shown; `response` is empty where a model's could not be read."""

    user: int
    handle: str
    response: str
    tier: str


@dataclass(frozen=True)
class Shown:
    """One interview as shown; `open` while nobody has answered."""

    probe: Probe
    answers: list[Answer]
    open: bool


@dataclass
class Form:
    """What was typed, and the sentence that refused it."""

    users: str = ""
    step: str = ""
    prompt: str = ""
    fault: str = ""

    @property
    def field(self) -> str:
        """The input that the sentence is about."""
        return self.fault.partition(" ")[0]


@require_http_methods(["GET", "HEAD", "POST"])
def interviews(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show what was asked up to the step that is looked at, newest first; on POST ask.

    Who may not see the run gets 404, who may not ask 403.
    """
    run = open_run(request, run_id)
    try:
        at, cohort = at_of(request, run), asked_cohort(request, run)
    except ValueError as problem:
        return bad_request(problem)
    suggested = "0-4" if cohort is None else ", ".join(map(str, _some_of(cohort.users)))
    form = Form(users=request.GET.get("users", suggested)[:2000], step="" if at is None else str(at))
    if request.method == "POST":
        if not access.may_ask(request.user, run):
            raise PermissionDenied
        form = Form(*(request.POST.get(name, "")[:5000] for name in ("users", "step", "prompt")))
        try:
            probe = probes.interview(
                run=run,
                member=request.user,
                users=probes.read_users(form.users),
                prompt=form.prompt,
                step=_step(form.step),
            )
        except (WrongInput, services.Refused) as problem:
            form.fault = str(problem)
        else:
            messages.success(request, "The question is on its way to a worker; the answers appear here.")
            # An answer of a later step than the one that is looked at would not be seen.
            said = {"at": at if at is not None and probe.step <= at else None, "cohort": cohort and cohort.pk}
            kept = urlencode({name: value for name, value in said.items() if value is not None})
            return redirect(reverse("run:interviews", args=[run.pk]) + (f"?{kept}" if kept else ""))
    return _page(request, run, form, at, cohort)


def _some_of(users: NDArray[np.int32]) -> list[int]:
    """Return a few users of a cohort, evenly spaced over it."""
    places = np.linspace(0, users.shape[0] - 1, min(SUGGESTED, users.shape[0]))
    return [int(users[int(place)]) for place in places]


def _page(
    request: HttpRequest, run: Run, form: Form, at: int | None, cohort: Cohort | None
) -> HttpResponse:
    asked = Probe.objects.filter(run=run)
    upto = asked if at is None else asked.filter(step__lte=at)
    page = page_of(request, upto.select_related("member").order_by("-pk"), size=PER_PAGE)
    shown = _shown(run, list(page.object_list))
    context: dict[str, Any] = {
        "run": run,
        "at": at,
        "later": 0 if at is None else asked.filter(step__gt=at).count(),
        "form": form,
        "cohort": cohort,
        "may_ask": access.may_ask(request.user, run) and run.step >= 0,
        "most": probes.MOST_USERS,
        "longest": probes.LONGEST_PROMPT,
        "users_last": thousands(run.users - 1),
        "step_text": thousands(run.step),
        "page": page,
        "query": query_without_page(request),
        "path": request.get_full_path(),
        "shown": shown,
        "unanswered": any(one.open for one in shown),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "run/interviews.html#list", context)
    status = 400 if form.fault else 200
    return render_view(request, run, "interviews", "run/interviews.html", context, status=status)


def _shown(run: Run, asked: list[Probe]) -> list[Shown]:
    rows = list(RunProbe.objects.filter(probe_id__in=[p.pk for p in asked]).order_by("probe_id", "seq"))
    founder = segments_of(run)[0].run_id
    users = {row.user_id for row in rows}
    handles = dict(RunUser.objects.filter(run_id=founder, user_id__in=users).values_list("user_id", "handle"))
    said: dict[int, list[Answer]] = {}
    for row in rows:
        answer = Answer(row.user_id, handles.get(row.user_id, ""), row.response, TIERS[row.tier])
        said.setdefault(row.probe_id, []).append(answer)
    return [Shown(p, said.get(p.pk, []), p.status in {"queued", "running"}) for p in asked]


def _step(text: str) -> int | None:
    plain = "".join(text.split())  # numbers are shown with thin spaces
    if not plain:
        return None
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 10):
        msg = f"step is {text[:40]!r}; it must be a whole number, or empty for the last step."
        raise WrongInput(msg)
    return int(plain)


urlpatterns = [path("interviews/", interviews, name="interviews")]
