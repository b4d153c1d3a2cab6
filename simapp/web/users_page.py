"""The users of a run: a list that is paged, searched and ordered, and who comes next in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from simapp.runs.cohorts import asked_cohort
from simapp.store import people
from simapp.store.audience import Audience, audience_at
from simapp.store.files import FileDamaged
from simapp.store.opinion_course import newest_opinions
from simapp.web.bad_requests import bad_request
from simapp.web.numbers import decimals, thousands
from simapp.web.run_feed import STANCES, side_of
from simapp.web.run_frame import at_of, open_run, render_view

if TYPE_CHECKING:
    import numpy as np
    from django.http import HttpRequest
    from numpy.typing import NDArray

    from simapp.models import Cohort, Run

PAGE = 50
SUGGESTED = 8
# (key, label, whether the largest come first when it is chosen)
SORTS = (("user", "Number", False), ("handle", "Handle", False), ("followers", "Followers", True),
         ("opinion", "Opinion", True))  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One user as listed. side: 1 (against) .. 5 (in favour), 0 unknown."""

    user: int
    number: str
    handle: str
    name: str
    community: str
    followers: str
    following: str
    activity: str
    opinion: str
    side: int
    side_word: str
    url: str


@dataclass(frozen=True)
class Order:
    """How the list goes: sort (a key of SORTS), which way, what handles begin with, the topic, up to which step, and
    the cohort whose users are listed."""

    run: Run
    at: int
    past: int | None
    sort: str = "user"
    down: bool = False
    begins: str = ""
    topic: int = 0
    cohort: Cohort | None = None

    @classmethod
    def of(cls, request: HttpRequest, run: Run) -> Order:
        """Read the query. Raises ValueError with one sentence."""
        past = at_of(request, run)
        sort, way = request.GET.get("sort", "user"), request.GET.get("way", "")
        known = {key: down for key, _, down in SORTS}
        if sort not in known or way not in ("", "up", "down"):
            msg = f"sort must be one of {', '.join(known)}, and way up or down."
            raise ValueError(msg)
        topics = run.scenario_version.document["topics"]
        topic = request.GET.get("topic", "") or topics[0]
        if topic not in topics:
            msg = f"topic must be one of {', '.join(topics)}."
            raise ValueError(msg)
        begins = request.GET.get("q", "").strip()[:60]
        # What an index finds by handle comes by handle.
        sort = "handle" if begins else sort
        down = way == "down" if way else known[sort]
        at = run.step if past is None else past
        return cls(run, at, past, sort, down, begins, topics.index(topic), asked_cohort(request, run))

    @cached_property
    def among(self) -> NDArray[np.int32] | None:
        """The users that are listed, ascending; None for all."""
        return None if self.cohort is None else self.cohort.users

    @property
    def total(self) -> int:
        """How many users are listed."""
        return self.run.users if self.cohort is None else self.cohort.size

    @cached_property
    def audience(self) -> Audience | None:
        """The newest count of follows; None where there is none or it cannot be read."""
        try:
            return audience_at(self.run, self.at)
        except (FileDamaged, OSError):
            return None

    @cached_property
    def opinions(self) -> tuple[int, NDArray[np.float32]] | None:
        """The newest kept opinions; None where there are none or they cannot be read."""
        try:
            return newest_opinions(self.run, self.at, self.topic)
        except OSError:
            return None

    def users(self, after: int | None, most: int, *, back: bool = False) -> list[int]:
        """Return the users behind one, or with `back` before it, the nearest first."""
        asked: dict[str, Any] = {"among": self.among, "after": after, "most": most}
        if self.sort == "handle":
            return people.by_handle(self.run, beginning=self.begins, down=self.down != back, **asked)
        if self.sort == "followers" and self.audience is not None:
            return people.by_value(self.audience.followers, down=self.down, back=back, **asked)
        if self.sort == "opinion" and self.opinions is not None:
            return people.by_value(self.opinions[1], down=self.down, back=back, **asked)
        return people.by_number(self.run.users, down=self.down != back, **asked)

    def query(self, **changes: Any) -> str:
        """Return the order as a query, changed; what is as by default is left out."""
        document = self.run.scenario_version.document
        said: dict[str, Any] = {
            "sort": self.sort if self.sort != "user" else None,
            "way": "down" if self.down else "up",
            "q": self.begins or None,
            "topic": document["topics"][self.topic] if self.topic else None,
            "at": self.past,
            "cohort": self.cohort.pk if self.cohort else None,
            **changes,
        }
        if said["way"] == ("down" if {k: d for k, _, d in SORTS}[said["sort"] or "user"] else "up"):
            said["way"] = None
        kept = {name: value for name, value in said.items() if value is not None}
        return "?" + urlencode(kept) if kept else ""


@require_GET
def users(request: HttpRequest, run_id: int) -> HttpResponse:
    """List users, a page behind the user `after`."""
    run = open_run(request, run_id)
    try:
        order = Order.of(request, run)
        after = user_in(request, run, "after")
    except ValueError as problem:
        return bad_request(problem)
    found = order.users(after, PAGE + 1) if run.step >= 0 else []
    more, found = len(found) > PAGE, found[:PAGE]
    topics = run.scenario_version.document["topics"]
    context = {
        "run": run,
        "at": order.past,
        "rows": rows(order, found),
        "order": order,
        "heads": [_head(order, key, label, first) for key, label, first in SORTS],
        "topics": topics,
        "topic": topics[order.topic],
        "total": thousands(order.total),
        "after_any": after is not None,
        "page_size": PAGE,
        "first_url": reverse("run:users", args=[run.pk]) + order.query(),
        "next": order.query(after=found[-1]) if more else "",
        "asof": asof(order),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "run/users_list.html", context)
    return render_view(request, run, "users", "run/users.html", context)


@require_GET
def find(request: HttpRequest, run_id: int) -> JsonResponse:
    """Users whose handle begins as typed, a few, for the field that looks for one."""
    run = open_run(request, run_id)
    begins = request.GET.get("q", "")[:60]
    found = people.by_handle(run, beginning=begins, most=SUGGESTED) if begins.strip() and run.step >= 0 else []
    known = people.people_of(run, found)
    named = [{"user": user, "handle": known[user].handle, "name": known[user].name} for user in found if user in known]
    return JsonResponse({"users": named})


def rows(order: Order, found: list[int]) -> list[Row]:
    """Return users as listed, in a few queries however many there are in the run."""
    run, known = order.run, people.people_of(order.run, found)
    audience, opinions = order.audience, order.opinions

    def row(user: int) -> Row:
        person = known[user]
        opinion = float(opinions[1][user]) if opinions is not None else float("nan")
        side = side_of(opinion)
        return Row(
            user,
            thousands(user),
            person.handle,
            person.name,
            str(person.community) if person.community >= 0 else "–",
            thousands(int(audience.followers[user])) if audience is not None else "–",
            thousands(int(audience.following[user])) if audience is not None else "–",
            decimals(person.level, 3),
            decimals(opinion, 3) if side else "–",
            side,
            STANCES[side],
            reverse("run:user", args=[run.pk, user]) + order.query(),
        )

    return [row(user) for user in found if user in known]


def asof(order: Order) -> list[str]:
    """Return of which step the columns are, where it is not the one that is looked at, a sentence each."""
    said = []
    if order.audience is None:
        said.append("Followers were not counted in this run (it was made before they were).")
    elif order.audience.step != order.at:
        said.append(f"Followers are as of step {order.audience.step}, when they were last counted.")
    if order.opinions is None:
        said.append("Opinions are no longer kept (the run's retention rule).")
    elif order.opinions[0] != order.at:
        said.append(f"Opinions are as of step {order.opinions[0]}, the newest that is kept.")
    return said


def user_in(request: HttpRequest, run: Run, name: str) -> int | None:
    """A user's number of the query, None where it is not there; ValueError with one sentence."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < run.users):
        msg = f"{name} must be the number of a user, 0 to {run.users - 1}."
        raise ValueError(msg)
    return int(text)


def _head(order: Order, key: str, label: str, first: bool) -> dict[str, Any]:
    here = key == order.sort
    way = ("up" if order.down else "down") if here else ("down" if first else "up")
    begins = order.begins or None if key == "handle" else None
    query = order.query(sort=key if key != "user" else None, way=way, q=begins)
    lacks = (key == "followers" and order.audience is None) or (key == "opinion" and order.opinions is None)
    return {
        "key": key,
        "label": label,
        "url": reverse("run:users", args=[order.run.pk]) + query,
        "sorted": ("descending" if order.down else "ascending") if here else "none",
        "usable": not lacks,
    }


urlpatterns = [
    path("users/", users, name="users"),
    path("users/find", find, name="user-find"),
]
