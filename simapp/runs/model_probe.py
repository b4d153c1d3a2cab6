"""The questions that a scenario's models would be asked, and how many of them: from a small world made in memory.

The world is the scenario's own, with at most PROBE_USERS users. Rules decide in it for some steps, so that feeds are
filled and users have something to remember; then questions are written as a run writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agents.archetypes.asking import cells_of, questions
from agents.archetypes.contexts import CONTEXTS
from agents.archetypes.estimate import Estimate
from agents.archetypes.fidelity import Fidelity
from agents.archetypes.watched import WatchedGroups
from agents.asking import Asked
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
MOST_WARM, FILLED = (
    40,
    0.9,
)  # steps before the first question, at most; share of a feed's places that has a post then
MOST_STEPS = 16  # in which questions are taken
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
    wanted: int = 0
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
    take: Any = None
    filled: float = 0.0
    name: str = "rehearsal"

    def decide(self, world: World, feed: FeedBatch, streams: Streams, workers: Workers) -> DecisionBatch:
        """Return what rules decide."""
        if len(feed):
            self.filled = float((feed.posts >= 0).mean())
        if self.take is not None:
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
    for _ in range(MOST_WARM):
        simulation.step()
        if rehearsal.filled >= FILLED:
            break
    lines = _counted(document, simulation, minds, steps)
    asking = [line for line in lines if line is not None and line.expected > 0]
    for i, line in enumerate(asking):
        line.wanted = calls // len(asking) + (i < calls % len(asking))
    _take_groups(lines, simulation, minds)
    _take_users(lines, simulation, minds, rehearsal)
    return asking


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


def _take_groups(lines: Sequence[Line | None], simulation: Simulation, minds: Society) -> None:
    world, streams = simulation.world, simulation.streams
    for line, mind in zip(lines[::2], minds.minds, strict=True):
        if line is None or not line.wanted or not isinstance(mind, WatchedGroups):
            continue
        groups = mind.groups
        group, count = groups.grouping.of(world, streams), len(groups.grouping.labels(world))
        cells = cells_of(Estimate.blank(group, count, groups.samples, np.zeros(len(world.users)), 0, 0).heard)
        chosen = np.unique(np.linspace(0, len(cells) - 1, line.wanted).round().astype(np.int64))
        few = type(cells)(cells.group[chosen], cells.context[chosen], cells.sample[chosen], cells.samples)
        asked = questions(world, group, few, groups.writing.pool, groups.codes, streams)
        line.asked = [Asked(question, line.to, line.model, "forecast") for question in asked]


def _take_users(
    lines: Sequence[Line | None], simulation: Simulation, minds: Society, rehearsal: Rehearsal
) -> None:
    """Write questions of users who are active in the coming steps, some in each, until there are enough."""
    streams = simulation.streams
    places = [
        (i, line)
        for i, line in enumerate(lines)
        if line is not None and line.kind != "groups" and line.wanted
    ]

    def take(world: World, feed: FeedBatch) -> None:
        taken = minds.assignment.of(world, feed, streams)
        for i, line in places:
            rows = np.flatnonzero(taken == i // 2)
            rows = rows[np.argsort(streams.uniform("forecast", step=world.step, user=feed.viewers[rows]))]
            few = np.sort(rows[: min(line.wanted - len(line.asked), -(-line.wanted // 3))])
            line.asked += _asked(line, minds.minds[i // 2], world, feed.take(few), streams)

    rehearsal.take = take
    for _ in range(MOST_STEPS):
        if all(len(line.asked) >= line.wanted for _, line in places):
            return
        simulation.step()
    rehearsal.take = None
    # Tiers of few users, or of seldom ones: they are asked although they sleep, and again in later steps.
    for _ in range(MOST_STEPS):
        _take_idle(places, simulation, minds)
        if all(len(line.asked) >= line.wanted for _, line in places):
            return
        simulation.step()


def _take_idle(places: Sequence[tuple[int, Line]], simulation: Simulation, minds: Society) -> None:
    world, streams = simulation.world, simulation.streams
    fixed = minds.assignment.fixed(world, streams)
    for i, line in places:
        idle = np.flatnonzero(fixed == i // 2)[: max(line.wanted - len(line.asked), 0)].astype(np.int32)
        if idle.shape[0]:
            feed = simulation.feed.rank(world, idle, simulation.feed_size, streams, simulation.workers)
            line.asked += _asked(line, minds.minds[i // 2], world, feed, streams)


def _asked(line: Line, mind: Any, world: World, feed: FeedBatch, streams: Streams) -> list[Asked]:
    alone = mind.alone if isinstance(mind, WatchedGroups) else mind
    asked = alone.prompter.questions(world, feed, streams)
    return [Asked(question, line.to, line.model, "forecast") for question in asked]
