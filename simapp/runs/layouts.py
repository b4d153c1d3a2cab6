"""Layouts of a run's network: asked for by a page, computed once by a worker, then frozen.

A layout is a function of the follow graph after its step and the run's seed, so it is done again by whoever finds it
abandoned, with the same result. It belongs to the step under whose number it lies: forks show their ancestor's.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from simapp.engine.core.errors import Refused, SociariumError
from simapp.engine.core.threads import Workers, default_threads
from simapp.metrics.drawing import layout as forces
from simapp.metrics.drawing.communities import louvain
from simapp.metrics.drawing.sample import Sample, chosen, edge_bound
from simapp.models import NetworkLayout
from simapp.runs import services, tasks
from simapp.store import follow_edges
from simapp.store.drawings import Drawing, keep_drawing
from simapp.store.lineage import holder_of, segments_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.models import Run

logger = logging.getLogger(__name__)

SILENT_SECONDS = 120  # a worker that has not reported for so long is gone
REPORT_SECONDS = 0.5
MOST_LISTED = 500  # communities whose figures are kept; the rest are counted together
METHOD = "ForceAtlas2 with LinLog attraction, started from Louvain communities"


class LostClaim(SociariumError):
    """Another worker took the layout over."""


def layouts_of(run: Run) -> list[NetworkLayout]:
    """Return the layouts of steps of the run's past, the one that was asked for last first."""
    past = Q()
    for segment in segments_of(run):
        past |= Q(rows=segment.run_id, step__range=(segment.first, segment.last))
    return list(NetworkLayout.objects.filter(past).order_by("-created", "-pk"))


def first_step(run: Run) -> int | None:
    """Return the step whose graph is laid out unasked: the founding where anybody follows then, else the newest.

    None while nobody follows anybody.
    """
    if run.step < 0:
        return None
    if follow_edges.has_edges(run, 0):
        return 0
    return run.step if follow_edges.edge_count(run, run.step) else None


def ask_layout(*, run: Run, step: int) -> NetworkLayout:
    """Return the layout of a step, and have a worker make it unless it is there or under way. One that failed is tried
    anew. Raises Refused for a step the run does not have."""
    if not 0 <= step <= run.step:
        msg = f"step is {step}; the run has steps 0 to {run.step}."
        raise Refused(msg)
    place = holder_of(segments_of(run, step), step)
    with transaction.atomic():
        held, made = NetworkLayout.objects.get_or_create(
            rows=place.run_id, step=step, defaults={"run": place.run or run}
        )
        mine = NetworkLayout.objects.filter(pk=held.pk)
        failed = mine.filter(status="failed")
        again = failed.update(status="queued", error="", doing="", progress=0.0, created=timezone.now())
        if not made and not again:
            mine.filter(status="done").update(created=timezone.now())  # it is shown again
        held.refresh_from_db()
        if made or again:
            transaction.on_commit(lambda: services.quietly(tasks.lay_out_network, held.pk))
    return held


def abandoned() -> Q:
    """Return the filter of layouts that nobody works on although they are wanted."""
    return _silent() | Q(status="queued", created__lt=Now() - timedelta(seconds=3))


def make(layout_id: int, *, workers: Workers | None = None) -> NetworkLayout:
    """Compute one layout and keep it. A task that arrives twice computes it once."""
    claim = _claimed(layout_id)
    held = NetworkLayout.objects.select_related("run__scenario_version", "run__parent").get(pk=layout_id)
    if claim is None:
        return held
    try:
        drawing, facts = _drawn(held, claim, workers or Workers(default_threads()))
        name, digest = keep_drawing(held.rows, drawing)
        claim.report(
            status="done", progress=1.0, doing="", name=name, hash=digest, facts=facts, ended=timezone.now()
        )
    except LostClaim as lost:
        logger.warning("%s", lost)
    except (OperationalError, InterfaceError):
        raise
    except Exception as problem:
        logger.exception("layout %s failed", layout_id)
        known = isinstance(problem, SociariumError)
        said = str(problem) if known else f"{type(problem).__name__}: {problem}"
        _quietly(claim, status="failed", error=said, ended=timezone.now())
    held.refresh_from_db()
    return held


@dataclass
class Claim:
    """One worker's hold on a layout: its number is the fence."""

    layout_id: int
    number: int
    _said: float = field(default=float("-inf"))

    def report(self, **columns: Any) -> None:
        """Set columns and prolong the claim; raises LostClaim."""
        held = NetworkLayout.objects.filter(pk=self.layout_id, status="running", claim=self.number)
        if not held.update(touched=Now(), **columns):
            raise LostClaim(f"layout {self.layout_id} was taken over by another worker")

    def progress(self, share: float, doing: str) -> None:
        """Say how far it is, at most twice a second."""
        if time.monotonic() - self._said >= REPORT_SECONDS:
            self._said = time.monotonic()
            self.report(progress=share, doing=doing)


def _silent() -> Q:
    return Q(status="running", touched__lt=Now() - timedelta(seconds=SILENT_SECONDS))


def _claimed(layout_id: int) -> Claim | None:
    with transaction.atomic():
        free = NetworkLayout.objects.filter(Q(status="queued") | _silent(), pk=layout_id)
        if not free.update(
            status="running", claim=F("claim") + 1, touched=Now(), progress=0.0, doing="reading who follows whom"
        ):
            return None
        return Claim(layout_id, NetworkLayout.objects.values_list("claim", flat=True).get(pk=layout_id))


def _quietly(claim: Claim, **columns: Any) -> None:
    try:
        claim.report(**columns)
    except LostClaim as lost:
        logger.warning("%s", lost)


def _drawn(held: NetworkLayout, claim: Claim, workers: Workers) -> tuple[Drawing, dict[str, Any]]:
    run, began = held.run, time.monotonic()
    if held.step > run.step or holder_of(segments_of(run, held.step), held.step).run_id != held.rows:
        raise Refused("The step that was to be drawn is no part of the run any more: it was rewound.")
    sample = Sample.of(run.users, run.seed)
    users = sample.users(run.users)
    follower, followee = follow_edges.edges_between(run, held.step, sample)
    claim.progress(0.05, "counting followers")
    followers = follow_edges.followers_of(run, held.step, sample)
    whole = int(follower.shape[0]) if sample.whole else follow_edges.edge_count(run, held.step)
    source = np.searchsorted(users, follower).astype(np.int32)
    target = np.searchsorted(users, followee).astype(np.int32)
    n = users.shape[0]
    community = louvain(
        n, source, target, run.seed, lambda share: claim.progress(0.1 + 0.15 * share, "looking for communities")
    )
    places = forces.lay_out(
        n, source, target, community, seed=run.seed, workers=workers,
        report=lambda share: claim.progress(0.25 + 0.7 * share, f"placing {n} users"),
    )  # fmt: skip
    bound = edge_bound(int(follower.shape[0]))
    shown = chosen(follower, followee, bound)
    edges = np.stack([source[shown], target[shown]], axis=1)
    sizes, inside, outside = _figures(community, source, target)
    drawing = Drawing(held.step, sizes.shape[0], places, users, followers, community, edges)
    facts = {
        "users": run.users, "nodes": n, "edges": whole, "edges_between": int(follower.shape[0]),
        "edges_drawn": int(edges.shape[0]), "bound": sample.bound, "shift": sample.shift, "edge_bound": bound,
        "communities": int(sizes.shape[0]), "rounds": forces.rounds_for(n), "method": METHOD, "seed": run.seed,
        "seconds": round(time.monotonic() - began, 2),
        "figures": np.stack([sizes, inside, outside], axis=1)[:MOST_LISTED].tolist(),
    }  # fmt: skip
    return drawing, facts


def _figures(
    community: NDArray[np.int32], source: NDArray[np.int32], target: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return of each community its size, the edges inside it, and the edges with one end in it, int64[k]."""
    sizes = np.bincount(community)
    one, other = community[source], community[target]
    inside = np.bincount(one[one == other], minlength=sizes.shape[0])
    cross = one != other
    ends = np.concatenate([one[cross], other[cross]])
    return sizes, inside, np.bincount(ends, minlength=sizes.shape[0])
