"""The questions that a scenario's models would be asked, and how many of them: from a small world made in memory.

The world is the scenario's own, with at most PROBE_USERS users, in which rules decide. Questions are written as a run
writes them, in steps spread as the run's questions are: feeds, comments and memories grow, and prompts with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agents.archetypes.asking import Cells, cells_of, questions
from agents.archetypes.contexts import CONTEXTS
from agents.archetypes.estimate import Estimate
from agents.archetypes.fidelity import Fidelity
from agents.archetypes.watched import WatchedGroups
from agents.asking import Asked, Question
from agents.society import Society
from simapp.engine.core.batches import DecisionBatch, EventBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.runs.assemble import Parts, embedding_cache
from simapp.runs.minds import society
from simapp.runs.people import people_of
from simapp.runs.replaying import Nothing
from simapp.scenarios.document import as_dict, load_scenario
from simapp.scenarios.problems import ScenarioInvalid

if TYPE_CHECKING:
    from agents.minds.rules import RuleMind
    from simapp.engine.core.threads import Workers
    from simapp.engine.core.world import World
    from simapp.engine.loop import Simulation
    from simapp.scenarios.document import Scenario

PROBE_USERS = 2000
CALLS = 20
MOST_STEPS = 200  # that the small world makes; by then prompts have the length that they keep
SEED = 20_2026  # of the small world: the same document asks the same, and the reply cache knows it


@dataclass
class Line:
    """Questions of one kind that a tier asks a model.

    tier: of the scenario. kind: "decisions", "groups" or "checks". to, model: whom they go to. by_step float64[S]:
    how many are expected in steps 1 .. S; variance: of their sum. asked: some of them.
    """

    tier: str
    kind: str
    to: str
    model: str
    by_step: NDArray[np.float64]
    variance: float
    targets: list[int] = field(default_factory=list)  # steps in which one question each is taken
    asked: list[Asked] = field(default_factory=list)

    @property
    def expected(self) -> float:
        """How many questions a run asks."""
        return float(self.by_step.sum())


@dataclass
class Rehearsal:
    """Rules decide, and whoever would think with a model remembers, so that prompts are as long as they become."""

    rules: RuleMind
    minds: Society
    take: Callable[[World, FeedBatch], None] = lambda _world, _feed: None
    name: str = "rehearsal"

    def decide(self, world: World, feed: FeedBatch, streams: Streams, workers: Workers) -> DecisionBatch:
        """Return what rules decide."""
        self.take(world, feed)
        return self.rules.decide(world, feed, streams, workers)

    def remember(
        self, world: World, feed: FeedBatch, decisions: DecisionBatch, streams: Streams, workers: Workers,
        events: EventBatch,
    ) -> None:  # fmt: skip
        """Remember as rules do, and as users of models do."""
        self.rules.remember(world, feed, decisions, streams, workers, events)
        if self.minds.memory is not None:
            thinks = self.minds.assignment.fixed(world, streams) >= 0
            actors = np.unique(decisions.actions.actor)
            self.minds.memory.remember(world, actors[thinks[actors]], decisions, events)


def lines_of(document: Scenario, steps: int, workers: Workers, calls: int = CALLS) -> list[Line]:
    """Return what models would be asked in so many steps, with `calls` questions spread over all kinds."""
    models = document.minds.models
    assert models is not None  # noqa: S101 - whoever asks has looked
    streams = Streams(SEED)
    small = _small(document)
    parts = Parts(small, streams, workers)
    people = people_of(small, streams)
    rules = parts.rule_mind()
    # Nobody is asked here: the questions are taken out of the minds.
    minds = society(models, rules, parts.clock(), embedding_cache(), None, {})  # type: ignore[arg-type]
    simulation = parts.simulation(parts.found_world(people), Nothing())
    simulation.mind = rehearsal = Rehearsal(rules, minds)
    simulation.found(parts.seeds(simulation.world, people.seed_posts))
    lines = _counted(document, simulation, minds, steps)
    asking = [line for line in lines if line is not None and line.expected > 0]
    for i, line in enumerate(asking):
        line.targets = _spread(line.by_step, calls // len(asking) + (i < calls % len(asking)))
    rehearsal.take = lambda world, feed: _take(world, feed, lines, simulation, minds)
    for _ in range(max((step for line in asking for step in line.targets), default=0)):
        simulation.step()
    return asking


def _spread(by_step: NDArray[np.float64], calls: int) -> list[int]:
    """Return steps in which questions are taken: as often as a run asks, at the latest in the last that is made."""
    shares = (np.arange(calls) + 0.5) / calls * by_step.sum()
    steps = np.searchsorted(np.cumsum(by_step), shares) + 1
    return np.minimum(steps, MOST_STEPS).tolist()


def _small(document: Scenario) -> Scenario:
    """Return the document with few users, nobody who thinks, and nothing that happens from outside."""
    raw = as_dict(document)
    raw["minds"]["models"], raw["interventions"] = None, []
    few = min(document.population.users, PROBE_USERS)
    raw["seed_posts"] = [
        post for post in raw["seed_posts"] if not isinstance(post["author"], int) or post["author"] < few
    ]
    whole = {**raw, "population": dict(raw["population"])}
    if document.population.people is None:
        raw["population"]["users"] = few
    try:
        return load_scenario(raw)
    except ScenarioInvalid:
        # A network that so few users cannot have: the probe takes as many as the scenario has.
        return load_scenario(whole)


def _counted(document: Scenario, simulation: Simulation, minds: Society, steps: int) -> list[Line | None]:
    """Return two places per rule of the scenario: its decisions or groups, and its checks (None: it has none)."""
    models, world, users = document.minds.models, simulation.world, document.population.users
    assert models is not None  # noqa: S101
    chance, hours = _activity(world, steps)
    mean, noise = chance.mean(axis=0), (chance * (1 - chance)).mean(axis=0)
    visits = np.bincount(hours, minlength=24)
    spread = float(np.var(chance @ visits))
    lines: list[Line | None] = []
    free = users
    for rule, mind in zip(models.tiers, minds.minds, strict=True):
        said = rule.who.model_dump()
        if said["kind"] == "top":
            who, part = float(users), float(said["share"])
        else:
            wanted = said["users"] if said["kind"] == "count" else said.get("share", 0.0) * users
            wanted = len([u for u in said["users"] if u < users]) if said["kind"] == "named" else wanted
            who, part = float(min(round(wanted), free)), 1.0
            free -= int(who)
        by_step = part * who * mean[hours]
        # Who is drawn differs in how active they are; and each of their visits is a draw.
        variance = part**2 * who * (spread + float(noise @ visits))
        to = mind.alone.name if isinstance(mind, WatchedGroups) else rule.tier
        if not isinstance(mind, WatchedGroups):
            lines += [Line(rule.tier, "decisions", to, rule.label, by_step, variance), None]
            continue
        cells = np.zeros(steps)
        group = mind.groups.grouping.of(world, simulation.streams)
        cells[:: mind.groups.refresh_steps or steps] = (
            np.unique(group).shape[0] * (CONTEXTS + 1) * mind.groups.samples
        )
        share = min(mind.fidelity.share, Fidelity(mind.groups.codes).most / users)
        checks = Line(
            rule.tier, "checks", to, rule.label, share * by_step, share**2 * variance + share * by_step.sum()
        )
        lines += [Line(rule.tier, "groups", to, rule.label, cells, 0.0), checks if share else None]
    return lines


def _activity(world: World, steps: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the chance float64[N, 24] of a visit in a step that begins at an hour, and the hour int64[S] of steps."""
    users, length = world.users, world.clock.minutes_per_step / 60.0
    shape = users.rhythms[users.rhythm].astype(np.float64)
    chance = 1.0 - (1.0 - users.level[:, None].astype(np.float64) * shape) ** length
    return chance, np.array([world.clock.hour(step) for step in range(1, steps + 1)], np.int64)


def _take(
    world: World, feed: FeedBatch, lines: Sequence[Line | None], simulation: Simulation, minds: Society
) -> None:
    """Write the questions that are due in this step."""
    taken = fixed = None
    for i, line in enumerate(lines):
        due = line.targets.count(world.step) if line is not None else 0
        if line is None or not due:
            continue
        mind = minds.minds[i // 2]
        if line.kind == "groups":
            asked = _group_questions(
                world, mind, due, len(line.asked) + due / 2, len(line.targets), simulation.streams
            )
        else:
            if taken is None or fixed is None:
                taken = minds.assignment.of(world, feed, simulation.streams)
                fixed = minds.assignment.fixed(world, simulation.streams)
            awake = feed.take(_drawn(np.flatnonzero(taken == i // 2), feed, due, simulation.streams))
            # Of tiers of few users, or of seldom ones, some are asked although they sleep.
            asleep = np.setdiff1d(np.flatnonzero(fixed == i // 2), feed.viewers).astype(np.int32)
            start = world.step % max(1, asleep.shape[0])
            asleep = np.sort(np.roll(asleep, -start)[: due - len(awake)])
            shown = simulation.feed.rank(
                world, asleep, simulation.feed_size, simulation.streams, simulation.workers
            )
            alone = mind.alone if isinstance(mind, WatchedGroups) else mind
            asked = [
                question
                for part in (awake, shown)
                for question in alone.prompter.questions(world, part, simulation.streams)  # type: ignore[union-attr]
            ]
        line.asked += [Asked(question, line.to, line.model, "forecast") for question in asked]


def _drawn(rows: NDArray[np.int64], feed: FeedBatch, most: int, streams: Streams) -> NDArray[np.int64]:
    order = np.argsort(streams.uniform("forecast", user=feed.viewers[rows]), kind="stable")
    return np.sort(rows[order[:most]])


def _group_questions(
    world: World, mind: Any, count: int, middle: float, of: int, streams: Streams
) -> list[Question]:
    """Return questions of cells around a place among all cells, `middle` of `of`."""
    groups = mind.groups
    group, known = groups.grouping.of(world, streams), len(groups.grouping.labels(world))
    cells = cells_of(Estimate.blank(group, known, groups.samples, np.zeros(len(world.users)), 0, 0).heard)
    share = (middle + np.arange(count) - count / 2 + 0.5) / of
    chosen = np.unique(np.clip(share * len(cells), 0, len(cells) - 1).astype(np.int64))
    few = Cells(cells.group[chosen], cells.context[chosen], cells.sample[chosen], cells.samples)
    return questions(world, group, few, groups.writing.pool, groups.codes, streams)
