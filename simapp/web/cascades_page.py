"""Cascades of a run: the largest in a list, one of them as a tree, both as CSV."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from simapp.engine.core.ids import SYSTEM, split_post_key
from simapp.engine.core.posts import KINDS, POST
from simapp.models import RunPost
from simapp.runs import cascades
from simapp.runs.csv_lines import CSV, csv_lines
from simapp.runs.points import past_of
from simapp.store import cascade_ranks
from simapp.web import run_feed
from simapp.web.asked import Asked
from simapp.web.bad_requests import bad_request
from simapp.web.numbers import decimals, simulated_span, thousands
from simapp.web.paging import query_without_page
from simapp.web.run_frame import open_run, render_view
from simapp.web.streaming import text_response

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import Run
    from simapp.store.cascade_ranks import Ranking

PAGE = 15
RECENT = 24  # steps, of the order by growth
ORDERS = ("size", "growing")
LISTED = ("rank", "post", "author", "step", "topic", "shares", "size", "depth", "breadth", "virality", "whole", "text")
TREE = ("place", "user", "step", "kind", "parent", "depth", "below", "opinion")


@dataclass(frozen=True)
class Row:
    """A cascade in the list. key is text: JavaScript cannot hold it as a number. part: its shape is of a part of it."""

    rank: int
    key: str
    user: int
    handle: str
    text: str
    topic: str
    side: int
    side_word: str
    step: int
    age: str
    shares: int
    size: str
    shape: cascades.Shape
    virality: str

    @property
    def part(self) -> bool:
        """Whether not all of it was looked at."""
        return not self.shape.whole


@require_safe
def page(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show the largest cascades, and the one that `?cascade=` names, else the first, as a tree."""
    run = open_run(request, run_id)
    try:
        asked, order, chosen = Asked.of(request, run), _order(request), _chosen(request)
        ranking = _ranking(run, asked, order)
    except ValueError as problem:
        return bad_request(problem)
    shown = Paginator(range(ranking.roots.shape[0]), PAGE).get_page(request.GET.get("page", "1")[:9])
    rows = rows_of(run, asked, ranking, list(shown.object_list))
    picked = chosen if chosen is not None else int(rows[0].key) if rows else None
    base = reverse("run:cascades", args=[run.pk])
    context: dict[str, Any] = {
        "at": asked.at, "asked": asked, "order": order, "recent": RECENT, "page": shown, "rows": rows,
        "query": query_without_page(request), "ranking": ranking, "picked": str(picked) if picked is not None else "",
        "cohort": asked.cohort, "listed_shares": thousands(cascades.LISTED_SHARES),
        "most": thousands(ranking.roots.shape[0]), "most_drawn": thousands(cascades.MOST_DRAWN),
        "row_query": _kept(request, "at", "cohort", "order", "page"),
        "list_query": _kept(request, "at", "cohort", "cascade"),
        "cascades_data": {
            "picked": str(picked) if picked is not None else None,
            "paths": {
                "tree": base, "inspector": reverse("run:page", args=[run.pk]) + "users/",
                "feed": reverse("run:feed-view", args=[run.pk]),
            },
        },
    }  # fmt: skip
    part = "#list" if request.headers.get("HX-Request") == "true" else ""
    if part:
        return render(request, f"run/cascades.html{part}", {"run": run, **context})
    return render_view(request, run, "cascades", "run/cascades.html", context)


@require_safe
@gzip_page
def tree(request: HttpRequest, run_id: int, key: int) -> HttpResponse:
    """One cascade after a step: its nodes as columns, how it grew, and what its post says."""
    run = open_run(request, run_id)
    try:
        asked = Asked.of(request, run)
    except ValueError as problem:
        return bad_request(problem)
    found, post = _tree(run, key, asked.step)
    drawn = cascades.drawn_nodes(found)
    place = {int(node): i for i, node in enumerate(drawn)}
    topics = asked.topics
    opinions = found.opinions[drawn].tolist()
    parents = found.parents[drawn].tolist()
    children = [0] * len(parents)
    for above in parents:
        if above >= 0:
            children[place[above]] += 1
    missing = _children(found)[drawn] - children
    handle = run_feed.handles_of(run, {post.author})[post.author]
    shape = found.shape
    return JsonResponse({
        "key": str(key), "step": asked.step, "opinion_step": found.opinion_step,
        "post": {
            "user": post.author if post.author != SYSTEM else None, "handle": handle, "step": post.step,
            "text": run_feed.texts_of(run, {post.text_id}).get(post.text_id, ""), "stance": _finite(post.stance),
            "topic": topics[post.topic] if 0 <= post.topic < len(topics) else "",
        },
        "shape": {**shape._asdict(), "virality": _finite(shape.virality)},
        "nodes": {
            "parent": [place[above] if above >= 0 else -1 for above in parents],
            "user": [user if user != SYSTEM else -1 for user in found.users[drawn].tolist()],
            "step": found.steps[drawn].tolist(), "kind": found.kinds[drawn].tolist(),
            "depth": found.depths[drawn].tolist(), "opinion": [_finite(x) for x in opinions],
            "hidden": missing.tolist(),
        },
        "growth": cascades.growth(found, asked.step),
    })  # fmt: skip


@require_safe
def tree_csv(request: HttpRequest, run_id: int, key: int) -> HttpResponse:
    """One cascade as CSV, a node a line; parent is a place in the list, empty for the root."""
    run = open_run(request, run_id)
    try:
        asked = Asked.of(request, run)
    except ValueError as problem:
        return bad_request(problem)
    found, _ = _tree(run, key, asked.step)
    columns = (
        found.users.tolist(), found.steps.tolist(), found.kinds.tolist(), found.parents.tolist(),
        found.depths.tolist(), found.below.tolist(), found.opinions.tolist(),
    )  # fmt: skip
    rows = [
        (i, user, at, KINDS[kind], "" if above < 0 else above, depth, below, "" if math.isnan(x) else f"{x:.6g}")
        for i, (user, at, kind, above, depth, below, x) in enumerate(zip(*columns, strict=True))
    ]
    return text_response(request, csv_lines([TREE, *rows]), f"run-{run.pk}-cascade-{key}-step-{asked.step}.csv", CSV)


@require_safe
def list_csv(request: HttpRequest, run_id: int) -> HttpResponse:
    """The list as CSV: its first 300 cascades."""
    run = open_run(request, run_id)
    try:
        asked, order = Asked.of(request, run), _order(request)
        ranking = _ranking(run, asked, order)
    except ValueError as problem:
        return bad_request(problem)
    found = rows_of(run, asked, ranking, list(range(min(300, ranking.roots.shape[0]))))
    rows = [
        (
            row.rank, row.key, row.user, row.step, row.topic, row.shares, row.shares + 1, row.shape.depth,
            row.shape.breadth, f"{row.shape.virality:.6g}", row.shape.whole, row.text,
        )
        for row in found
    ]  # fmt: skip
    return text_response(request, csv_lines([LISTED, *rows]), f"run-{run.pk}-cascades-step-{asked.step}.csv", CSV)


def rows_of(run: Run, asked: Asked, ranking: Ranking, places: list[int]) -> list[Row]:
    """Return the rows of these places of a ranking."""
    roots = [int(ranking.roots[i]) for i in places]
    steps = {int(split_post_key(key)[1]) for key in roots}
    posts = {p.key: p for p in RunPost.objects.filter(past_of(run), step__in=steps, key__in=roots, kind=POST)}
    shapes = cascades.shapes_of(run, roots, asked.step)
    handles = run_feed.handles_of(run, {p.author for p in posts.values()})
    texts = run_feed.texts_of(run, {p.text_id for p in posts.values()})
    minutes = int(run.scenario_version.document["clock"]["minutes_per_step"])
    rows = []
    for i, root in zip(places, roots, strict=True):
        post = posts.get(root)
        if post is None:
            continue
        shape, shares, side = shapes[root], int(ranking.shares[i]), run_feed.side_of(post.stance)
        topic = asked.topics[post.topic] if 0 <= post.topic < len(asked.topics) else ""
        rows.append(Row(
            i + 1, str(root), post.author if post.author != SYSTEM else -1, handles[post.author],
            texts.get(post.text_id, ""), topic, side, run_feed.STANCES[side], post.step,
            simulated_span(minutes * (asked.step - post.step)), shares, thousands(shares + 1), shape,
            decimals(shape.virality, 2),
        ))  # fmt: skip
    return rows


def _ranking(run: Run, asked: Asked, order: str) -> Ranking:
    since = asked.step - RECENT if order == "growing" else -1
    authors = None if asked.cohort is None else asked.cohort.users
    return cascade_ranks.largest(run, asked.step, since=since, authors=authors)


def _tree(run: Run, key: int, step: int) -> tuple[cascades.Tree, RunPost]:
    """Return a cascade and its post; Http404 where there is none up to the step."""
    written = int(split_post_key(key)[1]) if key < 2**63 else -1
    post = RunPost.objects.filter(past_of(run), step=written, key=key, kind=POST).first() if written >= 0 else None
    found = cascades.tree_of(run, key, step, post.topic) if post is not None and written <= step else None
    if found is None or post is None:
        raise Http404("There is no such cascade.")
    return found, post


def _children(found: cascades.Tree) -> Any:
    return np.bincount(found.parents[found.parents >= 0], minlength=found.parents.shape[0])


def _order(request: HttpRequest) -> str:
    order = request.GET.get("order", "size")
    if order not in ORDERS:
        msg = f"order must be one of {', '.join(ORDERS)}."
        raise ValueError(msg)
    return order


def _chosen(request: HttpRequest) -> int | None:
    text = request.GET.get("cascade", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise ValueError("cascade must be the key of a post.")
    return int(text) if text else None


def _kept(request: HttpRequest, *names: str) -> str:
    """Return these parts of the address's query, ready to be continued."""
    query = QueryDict(mutable=True)
    for name in names:
        if value := request.GET.get(name, ""):
            query[name] = value
    return query.urlencode() + "&" if query else ""


def _finite(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None


urlpatterns = [
    path("cascades/", page, name="cascades"),
    path("cascades/cascades.csv", list_csv, name="cascades-csv"),
    path("cascades/<int:key>/tree", tree, name="cascade"),
    path("cascades/<int:key>/tree.csv", tree_csv, name="cascade-csv"),
]
