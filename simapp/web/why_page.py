"""Why one post stood where it stood in a user's feed: recomputed by a worker, compared with what was logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from simapp.runs import explaining
from simapp.runs.decisions import feed_of
from simapp.runs.services import Refused
from simapp.store.people import people_of
from simapp.web import run_feed
from simapp.web.numbers import three_digits
from simapp.web.run_frame import open_run, render_view

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import FeedExplanation
    from simapp.runs.decisions import Shown


@dataclass(frozen=True)
class Term:
    """A feature of the post: its name, label, value, weight, and what it adds to the score (or multiplies it by)."""

    name: str
    label: str
    value: str
    weight: str
    part: str
    share: int


@dataclass(frozen=True)
class Elsewhere:
    """The place of the post under another preset from 1, "" for none that was looked through; moved: against here."""

    label: str
    place: str
    moved: str


@dataclass(frozen=True)
class Reason:
    """What was found about a post. equal: place and score are those that were logged; others: how many posts of the
    feed came out otherwise. read: whether rules read so far down, None where that is not known; chances: of each deed,
    had it been read."""

    rank: int
    score: str
    logged: str
    equal: bool
    others: int
    source: str
    source_words: str
    preset: str
    combine: str
    terms: list[Term]
    total: str
    rerankers: list[str]
    reranked: bool
    elsewhere: list[Elsewhere]
    wide: bool
    deepest: int
    read: bool | None
    chances: list[tuple[str, str]]


@require_GET
def why(request: HttpRequest, run_id: int, user: int, step: int, post: int) -> HttpResponse:
    """Show why a user was shown a post at a step. Whoever looks first has a worker find it, and sees how far it is."""
    run = open_run(request, run_id)
    if not 1 <= step <= run.step or user >= run.users:
        raise Http404("There is no such feed.")
    shown, lost = feed_of(run, user, step)
    logged = next((one for one in shown if one.post == post), None)
    if logged is None and not lost:
        raise Http404("The post was not in this feed.")
    context: dict[str, Any] = {"run": run, "at": step if step < run.step else None, "lost": lost, "post_key": str(post)}
    context |= {"user": user, "step": step, "path": request.path, "large": run.users * step > explaining.LITTLE}
    status = 200
    if logged is not None:
        context["post"] = run_feed.as_shown(run, {post}, step - 1, step).get(post)
        context["logged"] = logged
        wide, again = (request.GET.get(name) == "1" for name in ("wide", "again"))
        try:
            found = explaining.asked(run=run, step=step, user=user, wide=wide, again=again)
        except Refused as problem:
            context["refused"], status = str(problem), 409
        else:
            context |= {"found": found, "open": found.status in ("queued", "running")}
            if found.told:
                context["reason"] = reason_of(found, shown, logged)
    if request.headers.get("HX-Request") == "true":
        return render(request, "run/why.html", context, status=status)
    person = people_of(run, [user]).get(user)
    context["handle"] = person.handle if person else ""
    return render_view(request, run, "feed", "run/why_page.html", context, status=status)


@require_GET
def weighed(request: HttpRequest, run_id: int, user: int, step: int) -> HttpResponse:
    """How likely each deed was, post by post, where rules decided; found by the worker that explains the feed."""
    run = open_run(request, run_id)
    if not 1 <= step <= run.step or user >= run.users:
        raise Http404("There is no such decision.")
    shown, lost = feed_of(run, user, step)
    context: dict[str, Any] = {"run": run, "user": user, "step": step, "path": request.path, "lost": lost}
    if shown:
        try:
            found = explaining.asked(run=run, step=step, user=user, again=request.GET.get("again") == "1")
        except Refused as problem:
            context["refused"] = str(problem)
        else:
            told = found.told
            working = not told and found.status in ("queued", "running")
            context |= {"found": found, "open": working, "read": told.get("read")}
            context["rows"] = [(one.rank + 1, chances_in(told, one.rank)) for one in shown] if told else []
            context["differs"] = bool(told) and any(
                not _same(other, one) for other, one in zip(told["impressions"], shown, strict=False)
            )
    return render(request, "run/weighed.html", context)


def reason_of(found: FeedExplanation, shown: list[Shown], logged: Shown) -> Reason:
    """Return what was found about a post, beside what was logged."""
    told = found.told
    by_post = {int(one["post"]): one for one in told["impressions"]}
    one = by_post[logged.post]
    recipe = told["feed"]
    product = recipe["combine"] == "product"
    values = [(name, value, one["weights"].get(name, 1.0)) for name, value in one["features"].items()]
    parts = [value if product or value is None else value * weight for _, value, weight in values]
    whole = sum(abs(part) for part in parts if part is not None) or 1.0
    terms = [
        Term(
            name,
            told["labels"].get(name, name),
            _number(value),
            _number(weight),
            _number(part),
            round(100 * abs(part) / whole) if part is not None and not product else 0,
        )
        for (name, value, weight), part in zip(values, parts, strict=True)
    ]
    # What weighs most comes first; a product has no such order.
    terms.sort(key=lambda term: -term.share)
    known = [part for part in parts if part is not None]
    total = float(np.prod(known)) if product else float(sum(known))
    return Reason(
        rank=one["rank"] + 1 if one["rank"] is not None else 0,
        score=_exactly(one["score"]),
        logged=_exactly(logged.score),
        equal=_same(one, logged),
        others=sum(other.post not in by_post or not _same(by_post[other.post], other) for other in shown),
        source=one["source"] or "",
        source_words=told["sources"].get(one["source"] or "", ""),
        preset=told["presets"].get(recipe["name"], recipe["name"]),
        combine=recipe["combine"],
        terms=terms,
        total=_number(total),
        rerankers=[use["part"].replace("-", " ") for use in recipe["rerankers"]],
        reranked=not np.isclose(total, one["score"], rtol=1e-4, atol=1e-6),
        elsewhere=_elsewhere(told, one, logged.rank),
        wide=bool(told.get("wide")),
        deepest=int(told["deepest"]),
        read=logged.rank < told["read"] if "read" in told else None,
        chances=chances_in(told, logged.rank),
    )


def chances_in(told: dict[str, Any], rank: int) -> list[tuple[str, str]]:
    """Return (deed, probability) of the post at a place from 0, the likeliest first; nothing where rules were not."""
    found = told.get("chances") or []
    one = found[rank] if rank < len(found) else None
    if one is None:
        return []
    ordered = sorted(one["by_deed"].items(), key=lambda item: -item[1])
    return [(name.replace("_", " "), percent(value)) for name, value in ordered]


def percent(share: float) -> str:
    """Return a probability as people read it."""
    return f"{three_digits(100 * share)} %"


def _same(one: dict[str, Any], logged: Shown) -> bool:
    """Whether place and score came out as they were logged, to the last bit of what is kept (float32)."""
    return one["rank"] == logged.rank and np.float32(one["score"]) == np.float32(logged.score)


def _elsewhere(told: dict[str, Any], one: dict[str, Any], rank: int) -> list[Elsewhere]:
    def row(name: str, place: int | None) -> Elsewhere:
        label = told["presets"].get(name, name)
        if place is None:
            return Elsewhere(label, "", "")
        moved = rank - place
        words = "as here" if not moved else f"{abs(moved)} {'higher' if moved > 0 else 'lower'}"
        return Elsewhere(label, str(place + 1), words)

    found = sorted(one["elsewhere"].items(), key=lambda item: (item[1] is None, item[1] or 0, item[0]))
    return [row(name, place) for name, place in found if name != told["feed"]["name"]]


def _number(value: float | None) -> str:
    return "–" if value is None else three_digits(value)


def _exactly(value: float | None) -> str:
    """A score as it is kept, in as many digits as tell it from its neighbours."""
    return "–" if value is None else f"{np.float32(value):.7g}".replace("-", "\u2212")


urlpatterns = [
    path("users/<int:user>/feed/<int:step>/why/<int:post>", why, name="why"),
    path("users/<int:user>/feed/<int:step>/weighed", weighed, name="weighed"),
]
