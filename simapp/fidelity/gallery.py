"""What the gallery's scenarios come to: for each one figure, step by step, in the scenario and in its control.

A control is the same scenario with the same seed and one thing changed. Both are stepped as runs are, in memory. What
comes out is drawn on the gallery's cards (`manage.py thumbnails`) and held against the expected sign by tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core import ids
from simapp.engine.core.posts import QUOTE, REPOST
from simapp.fidelity.worlds import Kept, assemble
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.paths import set_paths

if TYPE_CHECKING:
    from simapp.engine.record import StepRecord
    from simapp.scenarios.document import Scenario

Figure = Callable[["StepRecord"], float | None]
# Posts that interventions write count their `n` down from the top (engine/interventions.py).
_INJECTED = ids.MAX_PER_STEP - 1024
REACTIONS = ("like_post", "repost", "quote_post", "create_comment")


@dataclass(frozen=True)
class Study:
    """figure: makes what measures one world. what: the figure in words; unit.

    control: settings of the other world, against: it in words. sum_up: of the series from step `since` on (0: all), how
    one number is made: last, mean or sum. sign: of scenario - control, as published; 0: nothing should differ.
    relative: the difference is told as a share of the control's figure. also: other figures that are expected of it.
    """

    figure: Callable[[], Figure]
    what: str
    control: tuple[str, ...]
    against: str
    sign: int
    sum_up: str = "last"
    since: int = 0
    relative: bool = True
    also: dict[str, Callable[[], Figure]] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """series: the figure of every step from 0 (the founding), None where undefined; value, also: summed up."""

    series: list[float | None]
    value: float
    also: dict[str, float]


def metric(name: str) -> Callable[[], Figure]:
    """The value of a live metric."""
    return lambda: lambda record: record.metrics[name].value


def strength() -> Figure:
    """How far opinions are from neutral, over users and topics: the mean of abs(x)."""
    return lambda record: float(np.abs(record.opinions).mean())


def reactions() -> Figure:
    """Likes, reposts, quotes and comments of a step."""
    return lambda record: float(sum(record.counts.get(name, 0) for name in REACTIONS))


def reach_of_first() -> Figure:
    """How often the first seed post, or else the first injected one, has been reposted and quoted so far."""
    root: list[int] = []
    total = 0

    def count(record: StepRecord) -> float:
        nonlocal total
        posts = record.posts
        if not root:
            injected = (posts.key & np.int64(ids.MAX_PER_STEP - 1)) >= _INJECTED
            given = posts.key if record.step == 0 else posts.key[injected]
            root.extend(given[:1].tolist())
        if root:
            total += int(np.count_nonzero(_shares(record) & (posts.root == root[0])))
        return float(total)

    return count


def shown_of_negative() -> Figure:
    """The share of what is shown whose stance is negative; reposts and what takes no side left out."""
    keys, stances = np.zeros(0, np.int64), np.zeros(0, np.float32)

    def share(record: StepRecord) -> float | None:
        nonlocal keys, stances
        order = np.argsort(record.posts.key)
        at = np.searchsorted(keys, record.posts.key[order])
        keys = np.insert(keys, at, record.posts.key[order])
        stances = np.insert(stances, at, record.posts.stance[order])
        if not keys.shape[0] or not record.impressions.post.shape[0]:
            return None
        found = np.minimum(np.searchsorted(keys, record.impressions.post), keys.shape[0] - 1)
        held = stances[found][(keys[found] == record.impressions.post) & ~np.isnan(stances[found])]
        return float((held < 0).mean()) if held.shape[0] else None

    return share


def leaning() -> Figure:
    """The mean opinion over users and topics."""
    return lambda record: float(record.opinions.mean())


def shown_of_interventions() -> Figure:
    """The share of what is shown that interventions wrote."""

    def share(record: StepRecord) -> float | None:
        shown = record.impressions.post
        injected = (shown & np.int64(ids.MAX_PER_STEP - 1)) >= _INJECTED
        return float(injected.mean()) if shown.shape[0] else None

    return share


def direct_share() -> Figure:
    """The share, so far, of reposts of the first seed post that hang directly on it."""
    root: list[int] = []
    direct, total = 0, 0

    def share(record: StepRecord) -> float | None:
        nonlocal direct, total
        if not root:
            root.extend(record.posts.key[:1].tolist())
        mine = _shares(record) & (record.posts.root == root[0])
        total += int(np.count_nonzero(mine))
        direct += int(np.count_nonzero(mine & (record.posts.parent == root[0])))
        return direct / total if total else None

    return share


def shares_of_ordinary() -> Figure:
    """Reposts and quotes, in a step, of posts that no intervention wrote."""

    def count(record: StepRecord) -> float:
        ordinary = (record.posts.root & np.int64(ids.MAX_PER_STEP - 1)) < _INJECTED
        return float(np.count_nonzero(_shares(record) & ordinary))

    return count


def _shares(record: StepRecord) -> np.ndarray:
    return np.asarray((record.posts.kind == REPOST) | (record.posts.kind == QUOTE))


STUDIES: dict[str, Study] = {
    "echo-chambers": Study(
        metric("opinion_variance"), "Opinion spread", ("minds.opinion.alpha=0.05",),
        "topics that are not controversial (alpha 0.05)", 1, relative=False,
        also={"neighbours agree (r)": metric("neighbour_correlation"), "share of one camp": metric("camp_share")},
    ),
    "rumour": Study(
        reach_of_first, "Reposts of the rumour", ("seed_posts.0.appeal=0.01",), "an ordinary post in its place", 1,
        relative=False,
        also={"depth of the largest tree": metric("largest_cascade_depth"), "shares right on the post": direct_share},
    ),
    "first-vote": Study(
        metric("mean_score_up"), "Mean score after a first up-vote", ("minds.herd=0",), "readers who follow no herd", 1,
        also={
            "mean score without a first vote": metric("mean_score_control"),
            "after a first down-vote": metric("mean_score_down"),
        },
    ),
    "real-curve": Study(
        reach_of_first, "Reposts of the post", ("minds.spread.delay=0",), "people who repost at once", -1,
        sum_up="mean", also={"depth": metric("largest_cascade_depth")},
    ),
    "group-polarization": Study(
        strength, "Mean strength of opinions", ("minds.opinion.alpha=0.05",),
        "topics that are not controversial (alpha 0.05)", 1, relative=False,
        also={"mean opinion": leaning},
    ),
    "chronological-feed": Study(
        reactions, "Reactions per step", ("interventions=[]",), "the engagement ranking kept", -1, sum_up="mean",
        since=73,
        also={
            "cross-cutting exposure": metric("cross_cutting_share"),
            "opinion spread": metric("opinion_variance"),
            "mean opinion": leaning,
        },
    ),
    "bridging-feed": Study(
        metric("cross_cutting_share"), "Cross-cutting exposure", ("feed.preset=engagement",),
        "the same feed ranked for engagement", 1, sum_up="mean", since=24,
        also={"of the smaller camp in what is shown": shown_of_negative, "likes per step": metric("likes_made")},
    ),
    "late-note": Study(
        reach_of_first, "Reposts of the false post", ("interventions.1.at=100000",), "no note", -1,
        also={"depth of the largest tree": metric("largest_cascade_depth")},
    ),
    "bot-flood": Study(
        shares_of_ordinary, "Shares of everybody else's posts, per step", ("interventions=[]",), "no flood", -1,
        sum_up="mean", since=37, also={"the flood in what is shown": shown_of_interventions},
    ),
}  # fmt: skip


def scenario_of(slug: str, changes: Sequence[str] = (), *, control: bool = False) -> Scenario:
    """Return a gallery scenario, or its control, with `changes` (path=value) made to either."""
    return set_paths(get_gallery(slug), [*changes, *(STUDIES[slug].control if control else ())])


def measure(slug: str, seed: int, changes: Sequence[str] = (), *, control: bool = False, threads: int = 1) -> Found:
    """Run a gallery scenario, or its control, to its end and return what its figure was."""
    study, scenario = STUDIES[slug], scenario_of(slug, changes, control=control)
    figures, kept = [study.figure(), *(make() for make in study.also.values())], Kept(everything=True)
    simulation = assemble(scenario, seed, sink=kept, threads=threads)
    series = [[figure(record) for record in kept.records] for figure in figures]
    for _ in range(scenario.clock.steps):
        record = simulation.step()
        kept.records.clear()
        for held, figure in zip(series, figures, strict=True):
            held.append(figure(record))
    values = [summed(held, study) for held in series]
    return Found(series[0], values[0], dict(zip(study.also, values[1:], strict=True)))


def summed(series: Sequence[float | None], study: Study) -> float:
    """Return one number of a series; NaN where nothing of it is defined."""
    held = [value for value in series[min(study.since, len(series) - 1) :] if value is not None]
    if not held:
        return float("nan")
    return float({"last": held[-1], "mean": np.mean(held), "sum": np.sum(held)}[study.sum_up])


def difference(study: Study, scenario: float, control: float) -> float:
    """Return scenario - control, as a share of the control where the study says so."""
    return (scenario - control) / abs(control) if study.relative and control else scenario - control
