"""What the drawing of a network fetches: its bytes, its colours at a step, who a node is; and the graph as files."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from simapp.models import NetworkLayout, RunUser
from simapp.runs import layouts
from simapp.runs.graph_files import FORMATS, Drawn
from simapp.runs.network import colours_at
from simapp.store.drawings import drawing_bytes
from simapp.store.lineage import segments_of
from simapp.web.asked import Asked
from simapp.web.bad_requests import bad_request
from simapp.web.run_frame import number, open_run
from simapp.web.streaming import text_response

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import Run

_YEAR = 365 * 24 * 3600
_QUICK = 3  # gzip level: colours are made for each step


def _layout(request: HttpRequest, run: Run) -> NetworkLayout:
    """Return the finished layout that `?layout=` names, else the newest; Http404 without one."""
    done = [one for one in layouts.layouts_of(run) if one.status == "done"]
    wanted = number(request, "layout", -1)
    found = next((one for one in done if wanted in (-1, one.pk)), None)
    if found is None:
        raise Http404("There is no such layout.")
    return found


@require_safe
def drawing(request: HttpRequest, run_id: int) -> HttpResponse:
    """Send the drawing; the address names its content, so a browser asks once."""
    run = open_run(request, run_id)
    try:
        layout = _layout(request, run)
    except ValueError as problem:
        return bad_request(problem)
    response = _binary(request, drawing_bytes(layout))
    if request.GET.get("v") == layout.hash[:16]:
        response["Cache-Control"] = f"private, max-age={_YEAR}, immutable"
    return response


@require_safe
def colours(request: HttpRequest, run_id: int) -> HttpResponse:
    """Send what the drawing shows at a step: opinions, activity, edges that came and went, members of a cohort."""
    run = open_run(request, run_id)
    try:
        asked, layout = Asked.of(request, run), _layout(request, run)
    except ValueError as problem:
        return bad_request(problem)
    users = None if asked.cohort is None else asked.cohort.users
    found = colours_at(run, layout, asked.step, asked.topic, users)
    response = _binary(request, gzip.compress(found.packed(), _QUICK, mtime=0))
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def user(request: HttpRequest, run_id: int, user: int) -> HttpResponse:
    """Say who a node is."""
    run = open_run(request, run_id)
    founder = segments_of(run)[0].run_id
    found = RunUser.objects.filter(run_id=founder, user_id=user).values_list("handle", "name").first()
    if found is None:
        raise Http404("There is no such user.")
    return JsonResponse({"user": user, "handle": found[0], "name": found[1]})


@require_safe
def graph(request: HttpRequest, run_id: int, kind: str) -> HttpResponse:
    """Download the drawn graph at a step: nodes.csv, edges.csv, graphml or gexf."""
    run = open_run(request, run_id)
    if kind not in FORMATS:
        raise Http404("There is no such format.")
    try:
        asked, layout = Asked.of(request, run), _layout(request, run)
    except ValueError as problem:
        return bad_request(problem)
    drawn = Drawn.at(run, layout, asked.step, asked.topic)
    name = f"run-{run.pk}-network-step-{asked.step}{'-' if '.' in kind else '.'}{kind}"
    return text_response(request, drawn.lines(kind), name, FORMATS[kind])


def _binary(request: HttpRequest, packed: bytes) -> HttpResponse:
    """Answer with gzip bytes as they are, or opened for who does not take them."""
    takes = "gzip" in request.headers.get("Accept-Encoding", "")
    body = packed if takes else gzip.decompress(packed)
    response = HttpResponse(body, content_type="application/octet-stream")
    response["Content-Length"] = str(len(body))
    response["Vary"] = "Accept-Encoding"
    if takes:
        response["Content-Encoding"] = "gzip"
    return response


urlpatterns = [
    path("network/drawing.bin", drawing, name="network-drawing"),
    path("network/colours.bin", colours, name="network-colours"),
    path("network/users/<int:user>", user, name="network-user"),
    path("network/graph/<str:kind>", graph, name="network-graph"),
]
