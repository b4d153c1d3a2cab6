"""Interviews of a run: a form for its owner, and everything that was asked and answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from simapp.engine.core.batches import TIERS
from simapp.engine.core.errors import WrongInput
from simapp.models import Probe, Run, RunProbe, RunUser
from simapp.runs import access, probes, services
from simapp.store.lineage import segments_of
from simapp.web.numbers import thousands
from simapp.web.paging import page_of, query_without_page
from simapp.web.run_frame import tabs_of
from simapp.web.run_words import name_of

if TYPE_CHECKING:
    from django.http import HttpRequest

PER_PAGE = 10


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
    """Show what was asked, newest first; on POST ask. Who may not see the run gets 404, who may not ask 403."""
    try:
        run = access.get_run(request.user, run_id)
    except Run.DoesNotExist:
        raise Http404("There is no such run.") from None
    form = Form(users="0-4")
    if request.method == "POST":
        if not access.may_ask(request.user, run):
            raise PermissionDenied
        form = Form(*(request.POST.get(name, "")[:5000] for name in ("users", "step", "prompt")))
        try:
            probes.interview(
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
            return redirect("run:interviews", run.pk)
    return _page(request, run, form)


def _page(request: HttpRequest, run: Run, form: Form) -> HttpResponse:
    page = page_of(request, Probe.objects.filter(run=run).select_related("member").order_by("-pk"), size=PER_PAGE)
    shown = _shown(run, list(page.object_list))
    context: dict[str, Any] = {
        "run": run,
        "name": name_of(run),
        "tabs": tabs_of(run, "run:interviews"),
        "tab": "interviews",
        "form": form,
        "may_ask": access.may_ask(request.user, run) and run.step >= 0,
        "most": probes.MOST_USERS,
        "longest": probes.LONGEST_PROMPT,
        "users_last": thousands(run.users - 1),
        "step_text": thousands(run.step),
        "page": page,
        "query": query_without_page(request),
        "path": request.get_full_path(),
        "shown": shown,
        "waiting": any(one.open for one in shown),
    }
    part = "#list" if request.headers.get("HX-Request") == "true" else ""
    return render(request, f"run/interviews.html{part}", context, status=400 if form.fault else 200)


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
