"""A run's steps made again in memory, to look at what its feeds did: explanations and shadows.

Nothing is written, and every step must come out with the digest of its impressions, so that what is said holds
for what was shown. Some presets learn as they go, so with them the run is made again from its founding; without, from
the newest snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.chances import chances_of, read_of
from agents.minds.rules import RuleMind
from recommender.registry import build_feed, preset_names
from recommender.shadow import Watch, Watched, bare, compared, ranks_elsewhere
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.errors import WrongInput
from simapp.models import RunStep
from simapp.runs import fingerprint
from simapp.runs.assemble import CODES, embedding_cache
from simapp.runs.clone import CloneDiffers
from simapp.runs.course import Course
from simapp.runs.points import past_of
from simapp.runs.replaying import Nothing

if TYPE_CHECKING:
    from recommender.pipeline import Pipeline
    from simapp.engine.core.streams import Streams
    from simapp.engine.core.threads import Workers
    from simapp.engine.core.world import World
    from simapp.engine.loop import Simulation
    from simapp.models import Run

FIGURES = ("overlap", "gini", "stance", "cross_cutting", "novelty")
DEEPEST = 255  # places of another preset's list that are looked through


class _Looked(Watched):
    """A feed that this file watches: others may be watched on behalf of their scenario."""


@dataclass
class _Looking:
    """Keeps every feed of a simulation watched, whichever is switched in."""

    shadows: dict[str, Pipeline]
    watch: Callable[[Watched, World, FeedBatch, int, Streams], None]
    mind: Any = None

    def over(self, simulation: Simulation) -> None:
        """Watch the simulation's feed, and those that will take its place; a scenario's own shadows are left out."""
        # Who thinks with models has rules beside them.
        self.mind = getattr(simulation.mind, "rules", simulation.mind)
        if isinstance(simulation.feed, _Looked):
            return
        simulation.feed = self._watched(bare(simulation.feed))
        switched = simulation.feed_factory
        if switched is not None:
            simulation.feed_factory = lambda settings, before: self._watched(bare(switched(settings, bare(before))))

    def _watched(self, feed: Any) -> Watched:
        watched = _Looked(feed, self.shadows, _nothing)
        watched.watch = lambda world, batch, k, streams: self.watch(watched, world, batch, k, streams)
        return watched


class _WatchedCourse(Course):
    """A course whose simulations are watched, also behind the end of a leg."""

    def __init__(self, run: Run, workers: Workers, looking: _Looking) -> None:
        super().__init__(run, workers)
        self._looking = looking

    def changed_over(self, simulation: Simulation) -> Simulation:
        """Return the simulation that goes on, watched."""
        new = super().changed_over(simulation)
        self._looking.over(new)
        return new


def _nothing(world: World, batch: FeedBatch, k: int, streams: Streams) -> None:
    pass


def shadows_of(names: Sequence[str]) -> dict[str, Pipeline]:
    """Return presets with their own settings by name; an unknown one raises WrongInput."""
    return {name: build_feed(name, codes=CODES, cache=embedding_cache()) for name in names}


def retrace(run: Run, upto: int, looking: _Looking, *, workers: Workers, report: Callable[[int], None]) -> None:
    """Make the steps of a run up to `upto` again; `report` hears of each. CloneDiffers where one differs."""
    kept = dict(RunStep.objects.filter(past_of(run), step__lte=upto).values_list("step", "impressions_digest"))
    course = _WatchedCourse(run, workers, looking)
    learning = any(shadow.learns for shadow in looking.shadows.values())
    simulation = None if learning else course.restored(Nothing(), upto=upto - 1)
    if simulation is None:
        people = course.people()
        simulation = course.found(people, Nothing())
        looking.over(simulation)
        course.finish_founding(simulation, people)
    else:
        fingerprint.check_encoder(run.fingerprint.get("encoder"), simulation.feed)
    while simulation.world.step < upto:
        looking.over(simulation)
        simulation, record = course.step(simulation)
        if record.impressions_digest != bytes(kept[record.step]):
            msg = f"step {record.step} of run {run.pk} came out differently when it was repeated"
            raise CloneDiffers(msg)
        report(record.step)


def explain_feed(
    run: Run, step: int, user: int, *, workers: Workers, elsewhere: Sequence[str] = (),
    report: Callable[[int], None] = lambda _step: None,
) -> dict[str, Any]:  # fmt: skip
    """Return why a user was shown what was shown at a step: one row per impression, in the order of the feed.

    elsewhere: presets whose place of the same post among the same candidates is told, None where it is beyond DEEPEST.
    read, chances: what rules make of it (of a user of a model: what they would have made).
    Raises WrongInput where the user was shown nothing then.
    """
    _check_step(run, step)
    answer: dict[str, Any] = {}

    def watch(watched: Watched, world: World, batch: FeedBatch, k: int, streams: Streams) -> None:
        at = np.flatnonzero(batch.viewers == user)
        if world.step != step or not at.shape[0]:
            return
        posts = [int(serial) for serial in batch.posts[at[0]] if serial >= 0]
        told = watched.feed.explain(world, user, posts, k, streams)
        places = ranks_elsewhere(watched.feed, watched.shadows, world, user, posts, k, DEEPEST, streams)
        pipeline = watched.feed if not hasattr(watched.feed, "of") else watched.feed.of(world, user, streams)
        answer["feed"] = pipeline.recipe.document()
        keys = world.posts.keys_of(np.array(posts, np.int64)).tolist()
        answer["impressions"] = [
            {**asdict(one), "post": key, "elsewhere": {name: places[name][i] for name in places}}
            for i, (one, key) in enumerate(zip(told, keys, strict=True))
        ]
        answer.update(_made_of(looking.mind, world, user, posts, streams))

    looking = _Looking(shadows_of(elsewhere), watch)
    retrace(run, step, looking, workers=workers, report=report)
    if "impressions" not in answer:
        raise WrongInput(f"user {user} was not active at step {step} of run {run.pk}; there is no feed to explain.")
    return {"run": run.pk, "step": step, "user": user, **answer}


def _made_of(mind: Any, world: World, user: int, posts: list[int], streams: Streams) -> dict[str, Any]:
    if not isinstance(mind, RuleMind):
        return {}
    found = chances_of(mind, world, user, posts)
    return {
        "read": read_of(mind, world, user, len(posts), streams),
        "chances": [None if one is None else asdict(one) for one in found],
    }


def shadow_report(
    run: Run, upto: int, names: Sequence[str], *, workers: Workers, viewers: int = 1000,
    report: Callable[[int], None] = lambda _step: None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return one row per step and preset ("active": the run's own feed): step, preset, viewers and FIGURES.

    Of each step's viewers at most `viewers` are compared, drawn by who they are.
    """
    _check_step(run, upto)
    rows: list[dict[str, Any]] = []

    def watch(watched: Watched, world: World, batch: FeedBatch, k: int, streams: Streams) -> None:
        draws = streams.bits("feed/shadow", user=batch.viewers)
        some = batch.take(np.sort(np.argsort(draws)[:viewers]))
        found = compared(watched.feed, watched.shadows, world, some, streams)
        rows.extend({"step": world.step, "preset": name, "viewers": len(some), **found[name]} for name in found)

    retrace(run, upto, _Looking(shadows_of(names), watch), workers=workers, report=report)
    return rows


def all_presets() -> tuple[str, ...]:
    """Return what can be compared: every preset by name."""
    return preset_names()


def learning_presets() -> tuple[str, ...]:
    """Return the presets that learn from what was done: only with them is a run made again from its founding."""
    return tuple(name for name, feed in shadows_of(preset_names()).items() if feed.learns)


def _check_step(run: Run, step: int) -> None:
    if not 1 <= step <= run.step:
        upto = f"steps 1 to {run.step}" if run.step > 0 else "no steps yet"
        raise WrongInput(f"--step is {step}; run {run.pk} has {upto}.")


__all__ = [
    "FIGURES", "Watch", "all_presets", "explain_feed", "learning_presets", "retrace", "shadow_report", "shadows_of",
]  # fmt: skip
