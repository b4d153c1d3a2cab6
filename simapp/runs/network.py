"""The network at a step, as its drawing needs it: what everybody thinks and does, and which edges came and went.

The words of `Colours.packed`, of 4 bytes little-endian: ten of head, the letters SNCO, the version, the step, the step
whose opinions are shown (-1: none are kept), the steps over which activity is counted, n nodes, a edges added, r edges
removed, m members of the cohort (-1: no cohort is chosen), 1 where changes were too many for all to be here. Then
opinions float32[n] (NaN: unknown), activity int32[n], added int32[a, 2], removed int32[r, 2], members int32[m]: places
in the list of nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.db import connection

from simapp.metrics.drawing.sample import Sample, chosen
from simapp.store.follow_edges import changes_between
from simapp.store.lineage import belongs, segments_of
from simapp.store.opinions import NoLongerKept, newest_opinion
from simapp.store.partitions import is_large
from simapp.store.read_columns import read_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.models import NetworkLayout, Run

ACTIVE_STEPS, ACTIVE_STEPS_LARGE = 24, 2  # over which activity is counted; a large run writes much in each
_VERSION = 1


@dataclass(frozen=True)
class Colours:
    """What a drawing shows at a step; see the module for shapes. `members` None: no cohort is chosen."""

    step: int
    opinion_step: int
    window: int
    opinions: NDArray[np.float32]
    activity: NDArray[np.int32]
    added: NDArray[np.int32]
    removed: NDArray[np.int32]
    members: NDArray[np.int32] | None
    cut: bool

    def packed(self) -> bytes:
        """Return the bytes that a browser reads."""
        members = np.zeros(0, np.int32) if self.members is None else self.members
        head = np.zeros(10, "<i4")
        head[0] = np.frombuffer(b"SNCO", "<i4")[0]
        head[1:] = (
            _VERSION, self.step, self.opinion_step, self.window, self.opinions.shape[0], self.added.shape[0],
            self.removed.shape[0], -1 if self.members is None else members.shape[0], int(self.cut),
        )  # fmt: skip
        parts = (self.activity, self.added, self.removed, members)
        words = b"".join(part.astype("<i4").tobytes() for part in parts)
        return head.tobytes() + self.opinions.astype("<f4").tobytes() + words


def sample_of(layout: NetworkLayout) -> Sample:
    """Return who is drawn in a finished layout."""
    return Sample(int(layout.facts["bound"]), int(layout.facts["shift"]))


def colours_at(
    run: Run, layout: NetworkLayout, step: int, topic: int, cohort: NDArray[np.int32] | None = None
) -> Colours:
    """Return what the drawing of a finished layout shows after `step` of the run. Raises FileDamaged."""
    sample = sample_of(layout)
    users = sample.users(run.users)
    opinion_step, opinions = opinions_of(run, step, topic, users)
    window, active = activity_at(run, step)
    added, removed, cut = changes_between(run, layout.step, step, sample)
    bound = int(layout.facts["edge_bound"])
    added, removed = (
        np.searchsorted(users, ends[chosen(ends[:, 0], ends[:, 1], bound)]).astype(np.int32)
        for ends in (added, removed)
    )
    members = None if cohort is None else places_of(cohort, users)
    return Colours(step, opinion_step, window, opinions, active[users], added, removed, members, cut)


def opinions_of(
    run: Run, step: int, topic: int, users: NDArray[np.int32]
) -> tuple[int, NDArray[np.float32]]:
    """Return the newest step up to `step` whose opinions are kept, and the users' float32[n]; -1 and NaN for none."""
    try:
        found, everybody = newest_opinion(run, step, topic)
    except NoLongerKept:
        return -1, np.full(users.shape[0], np.nan, np.float32)
    return found, everybody[users]


def activity_at(run: Run, step: int) -> tuple[int, NDArray[np.int32]]:
    """Return (over how many steps, posts, reposts, quotes and comments of each user int32[N] in those up to `step`)."""
    steps = min(ACTIVE_STEPS_LARGE if is_large(run.users) else ACTIVE_STEPS, step + 1)
    with connection.cursor() as cursor:
        rows = read_columns(
            cursor,
            "SELECT author, count(*) AS n FROM run_post x "  # noqa: S608
            f"WHERE {belongs('x', segments_of(run, step))} AND x.step > {step - steps:d} GROUP BY author",
            {"author": "int4", "n": "int8"},
        )
    counts = np.zeros(run.users, np.int32)
    known = rows["author"] < run.users  # what the scenario itself wrote has no user
    counts[rows["author"][known]] = rows["n"][known]
    return steps, counts


def places_of(wanted: NDArray[np.int32], users: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return where those of `wanted` who are drawn stand in the ascending list of drawn users."""
    at = np.minimum(np.searchsorted(users, wanted), max(users.shape[0] - 1, 0))
    if not users.shape[0]:
        return np.zeros(0, np.int32)
    return at[users[at] == wanted].astype(np.int32)


def inside(polygon: NDArray[np.float64], places: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which places float32[n, 2] lie in a closed polygon float64[p, 2] (even-odd rule), bool[n]."""
    found = np.zeros(places.shape[0], np.bool_)
    x, y = places[:, 0].astype(np.float64), places[:, 1].astype(np.float64)
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    x, y, odd = x[near], y[near], np.zeros(near.shape[0], np.bool_)
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        odd ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    found[near] = odd
    return found
