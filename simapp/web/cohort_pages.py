"""Cohorts of a run: made from a lasso, a community or numbers; listed, looked at, taken out, deleted."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from simapp.engine.core.errors import SociariumError, WrongInput
from simapp.models import Cohort, RunUser
from simapp.runs import cohort_opinions, cohorts
from simapp.runs.csv_lines import CSV, csv_lines
from simapp.runs.network import inside
from simapp.store.drawings import read_drawing
from simapp.store.lineage import segments_of
from simapp.store.opinions import opinion_steps
from simapp.web.asked import Asked
from simapp.web.bad_requests import bad_request
from simapp.web.network_page import Form, back_to_network, chosen_layout, show
from simapp.web.numbers import thousands, three_digits
from simapp.web.paging import page_of, query_without_page
from simapp.web.run_frame import number, open_run, render_view
from simapp.web.streaming import text_response

if TYPE_CHECKING:

    from django.http import HttpRequest
    from numpy.typing import NDArray

    from simapp.models import Run

PER_PAGE, USERS_PAGE = 25, 100
MOST_CORNERS = 400  # of a lasso


@require_safe
def all_cohorts(request: HttpRequest, run_id: int) -> HttpResponse:
    """List the cohorts of a run."""
    run = open_run(request, run_id)
    page = page_of(request, run.cohorts.defer("packed").select_related("member"), size=PER_PAGE)
    context = {"page": page, "query": query_without_page(request)}
    return render_view(request, run, "network", "run/cohorts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, run_id: int) -> HttpResponse:
    """Make a cohort and show the network narrowed to it. What cannot be is said on the page, whose links lead back."""
    run = open_run(request, run_id)
    if request.method != "POST":
        return back_to_network(request, run)
    form = Form(*(request.POST.get(name, "") for name in ("name", "users", "community", "polygon")))
    try:
        asked = Asked.of(request, run)
        users, source = _chosen(run, form)
        made = cohorts.make_cohort(
            run=run, member=request.user, name=form.name, users=users, source=source, step=asked.step
        )
    except (SociariumError, ValueError) as problem:
        form.fault, form.users = str(problem), form.users[:5000]
        return show(request, run, form)
    messages.success(request, f"The cohort has {thousands(made.size)} users.")
    at = f"&at={asked.at}" if asked.at is not None else ""
    return redirect(f"{reverse('run:network', args=[run.pk])}?cohort={made.pk}{at}")


@require_safe
def cohort(request: HttpRequest, run_id: int, cohort_id: int) -> HttpResponse:
    """Show who is in a cohort, and what it thought over time as a table."""
    run = open_run(request, run_id)
    held = _held(run, cohort_id)
    try:
        asked, after = Asked.of(request, run), number(request, "after", -1)
    except ValueError as problem:
        return bad_request(problem)
    page = page_of(request, held.users.tolist(), size=USERS_PAGE)
    founder = segments_of(run)[0].run_id
    named = RunUser.objects.filter(run_id=founder, user_id__in=list(page.object_list))
    handles = dict(named.values_list("user_id", "handle"))
    steps = opinion_steps(run)
    points = cohort_opinions.table(run, held.users, asked.topic, after)
    context: dict[str, Any] = {
        "cohort": held, "size": thousands(held.size), "asked": asked, "page": page,
        "query": query_without_page(request),
        "people": [(user, handles.get(user, "")) for user in page.object_list],
        "inspector": reverse("run:page", args=[run.pk]) + "users/",
        "points": [(thousands(step), *(_shown(value) for value in values)) for step, *values in points.rows],
        "next": points.next, "after": after, "kept_steps": len(steps),
    }  # fmt: skip
    return render_view(request, run, "network", "run/cohort.html", context)


@require_POST
def delete(request: HttpRequest, run_id: int, cohort_id: int) -> HttpResponse:
    """Delete a cohort."""
    run = open_run(request, run_id)
    try:
        cohorts.delete_cohort(run=run, member=request.user, cohort_id=cohort_id)
    except WrongInput as problem:
        raise Http404(str(problem)) from None
    messages.success(request, "The cohort was deleted; the run and its users are as they were.")
    return redirect("run:network", run.pk)


@require_safe
def opinions(request: HttpRequest, run_id: int, cohort_id: int) -> HttpResponse:
    """Points of a cohort's opinions over time behind `after`, as many as one answer can hold."""
    run = open_run(request, run_id)
    held = _held(run, cohort_id)
    try:
        asked, after = Asked.of(request, run), number(request, "after", -1)
    except ValueError as problem:
        return bad_request(problem)
    found = cohort_opinions.part(run, held.users, asked.topic, after)
    rows = [[None if isinstance(x, float) and math.isnan(x) else x for x in row] for row in found.rows]
    return JsonResponse({"columns": cohort_opinions.COLUMNS, "rows": rows, "every": found.every, "next": found.next})


@require_safe
def opinions_csv(request: HttpRequest, run_id: int, cohort_id: int) -> HttpResponse:
    """A cohort's opinions over time, every kept step."""
    run = open_run(request, run_id)
    held = _held(run, cohort_id)
    try:
        asked = Asked.of(request, run)
    except ValueError as problem:
        return bad_request(problem)
    points = cohort_opinions.every_point(run, held.users, asked.topic)
    name = f"run-{run.pk}-cohort-{held.pk}-opinions.csv"
    return text_response(request, csv_lines(chain([cohort_opinions.COLUMNS], points)), name, CSV)


@require_safe
def users_csv(request: HttpRequest, run_id: int, cohort_id: int) -> HttpResponse:
    """The numbers of a cohort's users."""
    run = open_run(request, run_id)
    held = _held(run, cohort_id)
    rows = ((user,) for user in held.users.tolist())
    return text_response(request, csv_lines(chain([("user",)], rows)), f"run-{run.pk}-cohort-{held.pk}.csv", CSV)


def _chosen(run: Run, form: Form) -> tuple[NDArray[np.int32], str]:
    """Return the users that a form names in one of three ways, and how in words. WrongInput names the field."""
    said = [name for name in ("users", "community", "polygon") if getattr(form, name).strip()]
    if len(said) != 1:
        raise WrongInput("users must be named in one way: a lasso, a community, or numbers.")
    if said[0] == "users":
        return cohorts.read_numbers(form.users, run.users), "numbers"
    layout, _ = chosen_layout(run)
    if layout is None:
        msg = f"{said[0]} needs a drawn network; this one is not laid out yet."
        raise WrongInput(msg)
    drawing = read_drawing(layout)
    drawn = "" if layout.facts["nodes"] == layout.facts["users"] else " of the drawn sample"
    if said[0] == "polygon":
        return drawing.users[inside(_polygon(form.polygon), drawing.places)], f"a lasso{drawn}"
    word = form.community.strip()
    if not (word.isascii() and word.isdecimal() and len(word) < 10 and 1 <= int(word) <= drawing.communities):
        msg = f"community is {word[:20]!r}; it must be a number from 1 to {drawing.communities}."
        raise WrongInput(msg)
    return drawing.users[drawing.community == int(word) - 1], f"community {int(word)}{drawn}"


def _polygon(text: str) -> NDArray[np.float64]:
    """Read corners "x,y x,y ..." in the drawing's own measure."""
    words = text.split()
    fault = f"polygon must be 3 to {MOST_CORNERS} corners such as 0.1,-0.2."
    if not 3 <= len(words) <= MOST_CORNERS:
        raise WrongInput(fault)
    try:
        corners = np.array([[float(number) for number in word.split(",")] for word in words], np.float64)
    except ValueError:
        raise WrongInput(fault) from None
    if corners.shape != (len(words), 2) or not (np.abs(corners) < 1e6).all():
        raise WrongInput(fault)
    return corners


def _held(run: Run, cohort_id: int) -> Cohort:
    held = Cohort.objects.filter(run=run, pk=cohort_id).select_related("member").first()
    if held is None:
        raise Http404("There is no such cohort.")
    return held


def _shown(value: float) -> str:
    return "–" if math.isnan(value) else three_digits(round(value, 4))


urlpatterns = [
    path("cohorts/", all_cohorts, name="cohorts"),
    path("cohorts/new/", new, name="cohort-new"),
    path("cohorts/<int:cohort_id>/", cohort, name="cohort"),
    path("cohorts/<int:cohort_id>/delete/", delete, name="cohort-delete"),
    path("cohorts/<int:cohort_id>/opinions", opinions, name="cohort-opinions"),
    path("cohorts/<int:cohort_id>/opinions.csv", opinions_csv, name="cohort-opinions-csv"),
    path("cohorts/<int:cohort_id>/users.csv", users_csv, name="cohort-users-csv"),
]
