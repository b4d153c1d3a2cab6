"""The network of a run: the page around the drawing, and the layout that a worker makes for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from simapp.engine.core.errors import SociariumError
from simapp.runs import layouts
from simapp.runs.cohorts import LONGEST_NAME, MOST_USERS
from simapp.runs.network import opinions_of
from simapp.store.drawings import read_drawing
from simapp.web.asked import Asked
from simapp.web.bad_requests import bad_request
from simapp.web.numbers import decimals, thousands, three_digits
from simapp.web.paging import query_without_page
from simapp.web.run_frame import open_run, render_view

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import NetworkLayout, Run

PAGE = 12  # communities
COHORTS = 12  # listed beside the drawing; the rest stand on a page of their own


@dataclass
class Form:
    """A cohort as it was typed, and the sentence that refused it."""

    name: str = ""
    users: str = ""
    community: str = ""
    polygon: str = ""
    fault: str = ""

    @property
    def field(self) -> str:
        """The input that the sentence is about."""
        return self.fault.partition(" ")[0]


@dataclass(frozen=True)
class Community:
    """A row of the table: how many users, what they think on average, how their follow edges mix."""

    number: int
    size: int
    size_text: str
    mean: str
    ei: str
    colour: int = field(default=0)


def chosen_layout(run: Run) -> tuple[NetworkLayout | None, NetworkLayout | None]:
    """Return (the newest layout that is done, the newest one if it is not)."""
    found = layouts.layouts_of(run)
    done = next((one for one in found if one.status == "done"), None)
    return done, found[0] if found and found[0].status != "done" else None


@require_safe
def network(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show the network; the first who looks has it laid out."""
    run = open_run(request, run_id)
    return show(request, run)


def show(request: HttpRequest, run: Run, form: Form | None = None, sentence: str = "") -> HttpResponse:
    """Answer with the page; with a fault in the form 400, with `sentence` 409."""
    try:
        asked = Asked.of(request, run)
    except ValueError as problem:
        return bad_request(problem)
    done, open_one = chosen_layout(run)
    if done is None and open_one is None and (step := layouts.first_step(run)) is not None:
        open_one = layouts.ask_layout(run=run, step=step)
    form, cohorts = form or Form(), list(run.cohorts.defer("packed").select_related("member")[: COHORTS + 1])
    context: dict[str, Any] = {
        "at": asked.at, "asked": asked, "layout": done, "open": open_one, "form": form, "refused": sentence,
        "cohorts": cohorts[:COHORTS], "more_cohorts": len(cohorts) > COHORTS, "cohort_count": run.cohorts.count(),
        "longest_name": LONGEST_NAME, "most_users": thousands(MOST_USERS), "users_last": thousands(run.users - 1),
        "network_data": _data(run, asked, done), "step_text": thousands(asked.step),
        "inspector": _inspector(run), "shown_query": _shown_query(asked),
    }  # fmt: skip
    if done is not None:
        context |= _drawn(request, run, asked, done)
    status = 400 if form.fault else 409 if sentence else 200
    return render_view(request, run, "network", "run/network.html", context, status)


def back_to_network(request: HttpRequest, run: Run) -> HttpResponse:
    """Answer somebody who follows a link of a page that refused something."""
    query = request.GET.urlencode()
    return redirect(reverse("run:network", args=[run.pk]) + (f"?{query}" if query else ""))


@require_http_methods(["GET", "HEAD", "POST"])
def lay_out(request: HttpRequest, run_id: int) -> HttpResponse:
    """Have the network laid out as of a step (`step`, else the newest), or try again."""
    run = open_run(request, run_id)
    if request.method != "POST":
        return back_to_network(request, run)
    text = request.POST.get("step", "")
    try:
        if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise layouts.Refused("step must be a whole number.")
        layouts.ask_layout(run=run, step=int(text) if text else run.step)
    except SociariumError as problem:
        return show(request, run, sentence=str(problem))
    return redirect("run:network", run.pk)


@require_safe
def status(request: HttpRequest, run_id: int) -> HttpResponse:
    """Say how far the newest layout is."""
    run = open_run(request, run_id)
    done, open_one = chosen_layout(run)
    held = open_one or done
    if held is None:
        return JsonResponse({"status": "none", "layout": None, "step": run.step})
    told = {"status": held.status, "layout": held.pk, "progress": held.progress, "doing": held.doing}
    return JsonResponse({**told, "error": held.error, "step": run.step})


def _data(run: Run, asked: Asked, done: NetworkLayout | None) -> dict[str, Any]:
    drawing = reverse("run:network-drawing", args=[run.pk])
    return {
        "layout": done.pk if done else None,
        "cohort": asked.cohort.pk if asked.cohort else None,
        "topic": asked.topic,
        "step": run.step,
        "paths": {
            "drawing": f"{drawing}?layout={done.pk}&v={done.hash[:16]}" if done else "",
            "colours": reverse("run:network-colours", args=[run.pk]),
            "status": reverse("run:network-status", args=[run.pk]),
            "user": reverse("run:network-user", args=[run.pk, 0]).removesuffix("0"),
            "inspector": _inspector(run),
            "opinions": reverse("run:cohort-opinions", args=[run.pk, asked.cohort.pk]) if asked.cohort else "",
        },
    }


def _inspector(run: Run) -> str:
    return reverse("run:page", args=[run.pk]) + "users/"


def _shown_query(asked: Asked) -> str:
    """What a link out of the page keeps of its address."""
    kept = [f"at={asked.at}"] * (asked.at is not None) + [f"topic={asked.topic}"] * bool(asked.topic)
    return "?" + "&".join(kept) if kept else ""


def _drawn(request: HttpRequest, run: Run, asked: Asked, done: NetworkLayout) -> dict[str, Any]:
    facts = done.facts
    page = Paginator(range(min(facts["communities"], len(facts["figures"]))), PAGE).get_page(
        request.GET.get("page", "1")[:9]
    )
    drawing = read_drawing(done)
    opinion_step, opinions = opinions_of(run, asked.step, asked.topic, drawing.users)
    known = ~np.isnan(opinions)
    sums = np.bincount(drawing.community[known], weights=opinions[known], minlength=facts["communities"])
    counts = np.bincount(drawing.community[known], minlength=facts["communities"])
    rows = []
    for number_ in page.object_list:
        size, inside, outside = facts["figures"][number_]
        mean = decimals(float(sums[number_] / counts[number_]), 3) if counts[number_] else "–"
        ei = decimals((outside - inside) / (outside + inside), 3) if inside + outside else "–"
        rows.append(Community(number_ + 1, size, thousands(size), mean, ei, min(number_ + 1, 7)))
    return {
        "rows": rows, "page": page, "query": query_without_page(request), "facts": facts,
        "words": _words(facts, done), "opinion_step": opinion_step, "listed": len(facts["figures"]),
        "behind": done.step != asked.step,
    }  # fmt: skip


def _words(facts: dict[str, Any], done: NetworkLayout) -> dict[str, str]:
    """What is drawn and how it came about, in sentences with numbers."""
    nodes, users = thousands(facts["nodes"]), thousands(facts["users"])
    between, drawn = thousands(facts["edges_between"]), thousands(facts["edges_drawn"])
    who = f"All {users} users" if facts["nodes"] == facts["users"] else f"A sample of {nodes} of {users} users"
    edges = f"all {between} follow edges" if facts["edges_between"] == facts["edges_drawn"] else (
        f"{drawn} of {between} follow edges between them"
    )  # fmt: skip
    sampled = (
        "" if facts["nodes"] == facts["users"] else
        " The sample takes users by a hash of their number, blind to communities, opinions and followers; of all "
        f"{thousands(facts['edges'])} edges those between sampled users are seen."
    )  # fmt: skip
    thinned = (
        "" if facts["edges_between"] == facts["edges_drawn"] else
        " Positions and communities come from all edges between drawn users; those drawn are chosen by a hash."
    )  # fmt: skip
    return {
        "short": f"{who}, {edges}.",
        "long": f"Positions: {facts['method']}, {facts['rounds']} rounds over the graph after step "
        f"{thousands(done.step)}, seed {facts['seed']}; computed once ({three_digits(facts['seconds'])} s) and frozen."
        + sampled + thinned,
    }  # fmt: skip


urlpatterns = [
    path("network/", network, name="network"),
    path("network/layout/", lay_out, name="network-layout"),
    path("network/status", status, name="network-status"),
]
