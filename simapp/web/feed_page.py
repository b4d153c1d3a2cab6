"""The feed of a run as a page of its own: what everybody wrote, or what one user was shown at a step, as ranked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from simapp.runs.cohorts import asked_cohort, cohort_of
from simapp.runs.decisions import feed_of
from simapp.runs.services import OVER
from simapp.store.activity import course_of
from simapp.store.people import people_of, user_called
from simapp.web import run_feed
from simapp.web.bad_requests import bad_request
from simapp.web.faces import Face, face_of
from simapp.web.numbers import three_digits
from simapp.web.run_frame import at_of, cohort_in, number, open_run, render_view

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import Cohort, Run
    from simapp.web.run_feed import Post

OFFERED = 6  # steps in which a user was active, around one in which they were not


@dataclass(frozen=True)
class Item:
    """A post as the page shows it. name: of the author; rank (from 1) and score as ranked, where it was ranked; why:
    where that is explained."""

    post: Post
    name: str
    rank: int | None = None
    score: str = ""
    why: str = ""

    @property
    def face(self) -> Face:
        """What stands in the place of a picture of the author."""
        return face_of(self.post.author, self.name, self.post.handle)


@dataclass
class Seen:
    """What is looked at. user: as whom, None for everybody; step: of the feed; asked: the step that was asked for;
    fault: a sentence where nothing can be shown; steps: in which the user was active; cohort: whose posts are shown;
    back_to: see Feed."""

    at: int | None
    step: int
    user: int | None = None
    asked: str = ""
    handle: str = ""
    name: str = ""
    items: list[Item] = field(default_factory=list)
    older: str = ""
    fault: str = ""
    note: str = ""
    lost: list[str] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    cohort: Cohort | None = None
    back_to: int | None = None

    @property
    def face(self) -> Face:
        """What stands in the place of a picture of the user."""
        return face_of(self.user or 0, self.name, self.handle)


@require_GET
def feed_view(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show the feed: of everybody, or as the user `as`, live or after the step `at`."""
    run = open_run(request, run_id)
    try:
        seen = _seen(request, run)
    except ValueError as problem:
        return bad_request(problem)
    context = {
        "run": run,
        "seen": seen,
        "at": seen.at,
        "over": run.status in OVER,
        "here": reverse("run:feed-view", args=[run.pk]),
        "as_query": urlencode({"as": seen.user}) if seen.user is not None else "",
        "feed_kept": _kept(seen.at, cohort_in(request)),
    }
    if request.headers.get("HX-Request") == "true":
        part = "run/feed_items.html" if request.GET.get("before") else "run/feed_seen.html"
        return render(request, part, context)
    return render_view(request, run, "feed", "run/feed_view.html", context)


@require_GET
def fresh(request: HttpRequest, run_id: int) -> JsonResponse | HttpResponseBadRequest:
    """How many posts, reposts and quotes (of a cohort) came after a step, and which step is the newest."""
    run = open_run(request, run_id)
    try:
        after, authors = number(request, "after", -1), cohort_of(request, run)
    except ValueError as problem:
        return bad_request(problem)
    if authors is None:
        return JsonResponse({"step": run.step, "posts": run_feed.written_after(run, after), "more": False})
    posts, more = run_feed.authored_after(run, authors, after)
    return JsonResponse({"step": run.step, "posts": posts, "more": more})


def _kept(at: int | None, cohort: str) -> str:
    """Return what every way on keeps of the address, to be put behind a query."""
    said = {"at": "" if at is None else at, "cohort": cohort}
    return "".join(f"&{name}={value}" for name, value in said.items() if value != "")


def _seen(request: HttpRequest, run: Run) -> Seen:
    at = at_of(request, run)
    step = run.step if at is None else at
    asked = request.GET.get("as", "").strip()[:80]
    if not asked:
        return _everybody(run, at, step, request.GET.get("before", ""), asked_cohort(request, run))
    user = user_called(run, asked) if run.step >= 0 else None
    if user is None:
        words = f"There is no user {asked} in this run. Look for a handle or a number from 0 to {run.users - 1}."
        return Seen(at, step, asked=asked, fault=words)
    person = people_of(run, [user]).get(user)
    seen = Seen(at, step, user, asked, person.handle if person else "", person.name if person else "")
    return _as_user(run, seen)


def _everybody(run: Run, at: int | None, step: int, before: str, cohort: Cohort | None) -> Seen:
    """Return what everybody wrote, or those of a cohort."""
    found = run_feed.read(run, before=before, upto=at, authors=cohort.users if cohort else None)
    items = _items(run, found.posts)
    return Seen(at, step, items=items, older=found.older, cohort=cohort, back_to=found.back_to)


def _as_user(run: Run, seen: Seen) -> Seen:
    """Fill in the feed that the user was shown; live, that of the last step in which they were active."""
    user = seen.user
    assert user is not None  # noqa: S101 - the caller has one
    shown, seen.lost = feed_of(run, user, seen.step) if seen.step >= 1 else ([], [])
    if not shown and not seen.lost:
        seen.steps = _active_steps(run, user, seen.step)
        before = [step for step in seen.steps if step < seen.step]
        if seen.at is None and before:
            seen.note = f"Not active since step {before[0]}: this is what they were shown then."
            seen.step = before[0]
            shown, seen.lost = feed_of(run, user, seen.step)
        else:
            seen.fault = f"Not active in step {seen.step}, so nothing was shown."
    posts = run_feed.as_shown(run, {one.post for one in shown}, seen.step - 1, seen.step)
    ranked = [(one, posts[one.post]) for one in shown if one.post in posts]
    names = _names(run, [post for _, post in ranked])
    seen.items = [
        Item(
            post,
            names.get(post.author, post.handle),
            one.rank + 1,
            three_digits(one.score),
            reverse("run:why", args=[run.pk, user, seen.step, one.post]),
        )
        for one, post in ranked
    ]
    return seen


def _active_steps(run: Run, user: int, step: int) -> list[int]:
    """Return some steps in which a user was active, the nearest before and after one, newest first."""
    before = [one.step for one in course_of(run, user, before=step, most=OFFERED).steps]
    upto = min(step + 1 + 4 * OFFERED, run.step + 1)
    after = [one.step for one in course_of(run, user, before=upto, most=4 * OFFERED).steps if one.step > step]
    return [*after[-OFFERED:], *before]


def _items(run: Run, posts: list[Post]) -> list[Item]:
    names = _names(run, posts)
    return [Item(post, names.get(post.author, post.handle)) for post in posts]


def _names(run: Run, posts: list[Post]) -> dict[int, str]:
    return {user: person.name for user, person in people_of(run, {post.author for post in posts}).items()}


urlpatterns = [
    path("feed/", feed_view, name="feed-view"),
    path("feed/fresh", fresh, name="feed-fresh"),
]
