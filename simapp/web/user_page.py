"""One user of a run: who they are, how their opinion moved, what they did step by step, and one decision whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from simapp.engine.core.population import GENDERS
from simapp.runs.decisions import record_of
from simapp.store.activity import course_of
from simapp.store.audience import follows_since
from simapp.store.people import people_of
from simapp.web.bad_requests import bad_request
from simapp.web.decision_pages import told_of
from simapp.web.faces import face_of
from simapp.web.numbers import thousands, three_digits
from simapp.web.run_feed import STANCES, clock_of, side_of
from simapp.web.run_frame import LARGEST, number, open_run, render_view
from simapp.web.users_page import Order

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import Run, RunUser

TIMELINE = 20  # active steps on a page


@dataclass(frozen=True)
class Line:
    """A step in which the user was active, as the timeline shows it."""

    step: int
    time: Any
    shown: str
    did: str
    idle: bool
    url: str


@require_GET
def user_view(request: HttpRequest, run_id: int, user: int) -> HttpResponse:
    """Show a user, up to the step `at`; `step` names the decision that is shown, the newest where it is left out."""
    run = open_run(request, run_id)
    person = person_of(run, user)
    try:
        order = Order.of(request, run)
        step = number(request, "step", LARGEST)
        before = number(request, "before", LARGEST)
    except ValueError as problem:
        return bad_request(problem)
    if step < 1:
        return HttpResponseBadRequest("step must be a step of the run, from 1.", content_type="text/plain")
    timeline = _timeline(run, user, order, min(before, order.at + 1))
    chosen = step if step <= order.at else (timeline["lines"][0].step if timeline["lines"] else None)
    context: dict[str, Any] = {
        "run": run, "at": order.past, "user": user, "person": person, "order": order, **timeline,
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true" and "before" in request.GET:
        return render(request, "run/user_timeline.html", context)
    context |= {
        **_decision(run, user, chosen),
        "who": _who(run, person, order),
        "neighbours": _neighbours(run, user, order),
        "list_url": reverse("run:users", args=[run.pk]) + order.query(),
        "opinion_url": reverse("run:user-opinions", args=[run.pk, user]),
        "feed_url": reverse("run:feed-view", args=[run.pk]) + _query(**{"as": user, "at": order.past}),
        "topics": run.scenario_version.document["topics"],
        "topic": order.topic,
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "run/user_body.html", context)
    return render_view(request, run, "users", "run/user.html", context)


@require_GET
def user_decision(request: HttpRequest, run_id: int, user: int, step: int) -> HttpResponse:
    """One decision of the user, as the page shows it at its right."""
    run = open_run(request, run_id)
    person_of(run, user)
    if not 1 <= step <= run.step:
        raise Http404("There is no such decision.")
    return render(request, "run/user_decision.html", {"run": run, "user": user, **_decision(run, user, step)})


def person_of(run: Run, user: int) -> RunUser:
    person = people_of(run, [user]).get(user) if user < max(run.users, 0) else None
    if person is None:
        raise Http404("There is no such user.")
    return person


def _who(run: Run, person: RunUser, order: Order) -> dict[str, Any]:
    """What is known of a user: traits as drawn, follows at the step, opinion of the newest log."""
    user, audience = person.user_id, order.audience
    followers = following = ""
    if audience is not None:
        more = follows_since(run, [user], audience.step, order.at).get(user, (0, 0))
        followers = thousands(int(audience.followers[user]) + more[0])
        following = thousands(int(audience.following[user]) + more[1])
    opinion = float(order.opinions[1][user]) if order.opinions is not None else float("nan")
    side = side_of(opinion)
    traits = [
        ("age", str(person.age) if person.age else ""),
        ("gender", GENDERS[person.gender] if person.gender else ""),
        ("country", person.country),
        ("type", person.mbti),
        ("community", str(person.community) if person.community >= 0 else ""),
        ("activity", f"{three_digits(person.level)} per hour at the peak hour"),
        ("writes", f"{three_digits(person.voice)} of active steps" if person.voice else "never of their own accord"),
    ]
    return {
        "followers": followers,
        "following": following,
        "opinion": three_digits(round(opinion, 3)) if side else "–",
        "opinion_step": order.opinions[0] if order.opinions is not None else None,
        "side": side,
        "side_word": STANCES[side],
        "topic": run.scenario_version.document["topics"][order.topic],
        "traits": [(key, value) for key, value in traits if value],
        "face": face_of(user, person.name, person.handle),
    }


def _timeline(run: Run, user: int, order: Order, before: int) -> dict[str, Any]:
    try:
        course = course_of(run, user, before=before, most=TIMELINE)
    except OSError:
        return {"lines": [], "looked": 0, "older": "", "timeline_fault": "A log of these steps is gone from the disk."}
    clock = clock_of(run)
    lines = [
        Line(
            one.step,
            clock.at(one.step),
            "no longer kept" if one.shown is None else str(one.shown),
            ", ".join(_times(name, count) for name, count in one.chosen.items() if name != "do_nothing") or "nothing",
            set(one.chosen) <= {"do_nothing"},
            reverse("run:user-decision", args=[run.pk, user, one.step]),
        )
        for one in course.steps
    ]
    here = reverse("run:user", args=[run.pk, user])
    older = here + order.query(before=course.looked) if course.more else ""
    return {"lines": lines, "looked": course.looked, "older": older, "timeline_fault": ""}


def _times(name: str, count: int) -> str:
    words = name.replace("_", " ")
    return words if count == 1 else f"{words} ×{count}"


def _decision(run: Run, user: int, step: int | None) -> dict[str, Any]:
    if step is None:
        return {"chosen": None}
    return {"chosen": step, **told_of(run, record_of(run, user, step))}


def _neighbours(run: Run, user: int, order: Order) -> dict[str, str]:
    """Return where the next and the previous user of the list are."""
    def url(found: list[int]) -> str:
        return reverse("run:user", args=[run.pk, found[0]]) + order.query() if found else ""

    return {"next": url(order.users(user, 1)), "previous": url(order.users(user, 1, back=True))}


def _query(**said: Any) -> str:
    kept = {name: value for name, value in said.items() if value is not None}
    return "?" + urlencode(kept) if kept else ""


urlpatterns = [
    path("users/<int:user>/", user_view, name="user"),
    path("users/<int:user>/steps/<int:step>", user_decision, name="user-decision"),
]
