"""What is kept up to date event by event equals what is computed anew from the log."""

from __future__ import annotations

from typing import Any

import numpy as np

from simapp.engine.actions.registry import code_of
from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.worlds import Kept, assemble, seed_of
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.paths import set_paths


class Here(Check):
    """A busy world of reposts, quotes, votes and follows: counters, cascades, follow graph, histogram and moments."""

    order = 17
    expected = "live values equal those recomputed from the events and posts of all steps"
    source = "definition; Wiener index by a full pass over every tree"
    cost = 10

    def run(self, bench: Bench) -> Finding:
        document = set_paths(
            get_gallery("rumour"),
            [
                f"population.users={bench.size(4000, 1000)}", "population.activity.minimum=0.6",
                "population.voice.minimum=0.2", "clock.minutes_per_step=60",
                "minds.rates.like=0.2", "minds.rates.quote=0.01", "minds.rates.follow=0.02",
                "minds.rates.unfollow=0.05", "platform.hot_window_hours=720", "minds.appeal.median=0.03",
            ],
        )  # fmt: skip
        kept = Kept(everything=True)
        simulation = assemble(document, seed_of(bench, "incremental"), sink=kept)
        first = set(zip(*(side.tolist() for side in simulation.world.follows.edges()), strict=True))
        for _ in range(bench.size(30, 15)):
            simulation.step()
        events = sum(len(record.events) for record in kept.records)
        wrong = {
            "counters": _counters(simulation.world, kept),
            "cascades": _cascades(simulation.world),
            "follows": _follows(simulation.world, kept, first),
        }
        gap = _moments(simulation, kept)
        ok = not any(wrong.values()) and gap < 1e-9
        said = ", ".join(f"{number} {what}" for what, number in wrong.items())
        return judged(
            ok, f"of {events} events wrong: {said}; moments off by {gap:.1e}", "exact; moments 1e-9"
        )


def _counters(world: Any, kept: Kept) -> int:
    """Return how many likes and dislikes of posts are not those of the log."""
    posts, wrong = world.posts, 0
    row = {int(key): r for r, key in enumerate(posts.key)}
    for name, code in (("likes", code_of("like_post")), ("dislikes", code_of("dislike_post"))):
        counted = np.zeros(len(posts), np.int64)
        for record in kept.records:
            events = record.events
            done = (events.code == code) & (events.outcome == 0)
            np.add.at(counted, [row[int(key)] for key in events.post[done]], 1)
        wrong += int((counted != getattr(posts, name)).sum())
    return wrong


def _cascades(world: Any) -> int:
    """Return how many root posts have another size, depth or Wiener index than a pass over their tree gives."""
    posts = world.posts
    shares = np.flatnonzero((posts.kind == 1) | (posts.kind == 2))
    parent, root = posts.row(posts.parent), posts.row(posts.root)
    below, depth = np.ones(len(posts), np.int64), np.zeros(len(posts), np.int64)
    for r in shares:
        depth[r] = depth[parent[r]] + 1
    for r in shares[::-1]:
        below[parent[r]] += below[r]
    size, deepest, wiener = (
        np.ones(len(posts), np.int64),
        np.zeros(len(posts), np.int64),
        np.zeros(len(posts), np.int64),
    )
    np.add.at(size, root[shares], 1)
    np.maximum.at(deepest, root[shares], depth[shares])
    np.add.at(wiener, root[shares], below[shares] * (size[root[shares]] - below[shares]))
    roots = posts.kind == 0
    wrong = (size != posts.size) | (deepest != posts.max_depth) | (wiener != posts.wiener)
    return int(wrong[roots].sum())


def _follows(world: Any, kept: Kept, edges: set[tuple[int, int]]) -> int:
    """Return how many follows are there or missing against the log."""
    for record in kept.records[1:]:
        changes = record.follows
        for a, b, on in zip(
            changes.follower.tolist(), changes.followee.tolist(), changes.on.tolist(), strict=True
        ):
            (edges.add if on else edges.discard)((a, b))
    now = set(zip(*(side.tolist() for side in world.follows.edges()), strict=True))
    return len(now ^ edges)


def _moments(simulation: Any, kept: Kept) -> float:
    """Return the largest gap between the last step's opinion metrics and numpy's, in float64."""
    x = simulation.world.shown_opinions()[:, 0].astype(np.float64)
    shown = kept.records[-1].metrics
    n, d = x.shape[0], x - x.mean()
    m2, m3, m4 = (float((d**k).mean()) for k in (2, 3, 4))
    skew = m3 / m2**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
    kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (m4 / m2**2 - 3) + 6)
    bimodality = (skew**2 + 1) / (kurtosis + 3 * (n - 1) ** 2 / ((n - 2) * (n - 3)))
    gaps = [
        abs((shown["opinion_variance"].value or 0) - m2),
        abs((shown["bimodality_coefficient"].value or 0) - bimodality),
    ]
    counted = np.histogram(x, bins=kept.records[-1].histogram.shape[1], range=(-1, 1))[0]
    gaps.append(float(np.abs(counted - kept.records[-1].histogram[0]).max()))
    return max(gaps)
