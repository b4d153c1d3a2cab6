"""Prompts over a long run, two ways: on OASIS's own observation, and in a world that rule minds write.

    .venv/bin/python -m benchmarks.prompts.flat --steps 500 --svg docs/img/prompt-tokens.svg

Every user remembers as model users do, so memories are as full as they become. Nothing is asked of a model, and no
database is needed. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from agents.asking import Question
    from agents.prompting.prompter import Prompter
    from simapp.engine.core.batches import DecisionBatch, EventBatch, FeedBatch
    from simapp.engine.core.world import World
    from simapp.engine.loop import Simulation

WORLD = (
    "population.activity.minimum=0.5",
    "population.activity.maximum=1",
    "population.voice.minimum=0.4",
    "minds.rates.repost=1",
    "minds.rates.like=0.3",
    "minds.rates.comment=0.2",
    "minds.rates.quote=0.05",
    "minds.rates.follow=0.02",
    "minds.appeal.median=0.1",
    "feed.preset=chronological",
    "feed.explore=0.3",
    "feed.k=5",
    "clock.minutes_per_step=60",
)
# What an OASIS user is given on five posts and fifteen comments: first and sixth decision (measured on its release).
OASIS = ((1, 3733), (6, 14043))


@dataclass(frozen=True)
class Point:
    """Means over the users asked at a step, and the longest prompt."""

    step: int
    asked: int
    tokens_in: float
    tokens_unshared: float
    most: int


def point_of(step: int, asked: list[Question]) -> Point:
    """Return the point of the questions of a step."""
    given, unshared = [q.tokens for q in asked], [q.tokens_unshared for q in asked]
    mean = round(sum(given) / len(asked), 1)
    return Point(step, len(asked), mean, round(sum(unshared) / len(asked), 1), max(given))


@dataclass
class Watched:
    """A mind that lets another decide, remembers for all users, and looks at what they would have been asked."""

    inner: Any
    prompter: Prompter
    memory: Any
    every: int
    points: list[Point] = field(default_factory=list)
    name: str = "watched"

    def decide(self, world: World, feed: FeedBatch, streams: Any, workers: Any) -> DecisionBatch:
        """Return the inner mind's decisions."""
        if len(feed) and (world.step <= 6 or world.step % self.every == 0):
            self.points.append(point_of(world.step, self.prompter.questions(world, feed, streams)))
        return self.inner.decide(world, feed, streams, workers)

    def remember(
        self,
        world: World,
        feed: FeedBatch,
        decisions: DecisionBatch,
        streams: Any,
        workers: Any,
        events: EventBatch,
    ) -> None:
        """Let opinions move, and everybody remember."""
        self.inner.remember(world, feed, decisions, streams, workers, events)
        self.memory.remember(world, feed.viewers, decisions, events)


def observing(steps: int, users: int, *, every: int = 10, seed: int = 1) -> list[Point]:
    """Ask `users` users at each of `steps` steps on OASIS's observation, drawn anew; return points as `lived` does.

    They do what the stand-in of `bench decide` says, and remember it.
    """
    from agents.memory.memory import Memory
    from agents.prompting.prompter import Prompter
    from agents.writing import Writing
    from simapp.engine.actions.door import carry_out
    from simapp.engine.actions.registry import all_actions
    from simapp.engine.core.batches import TIERS, DecisionBatch
    from simapp.engine.core.streams import Streams
    from simapp.runs.assemble import text_pool
    from simapp.runs.bench_observation import TOPICS, observed, redrawn
    from simapp.runs.benching_framework import stand_in_replies

    streams = Streams(seed)
    world, feed = observed(users, streams)
    actions = tuple(all_actions().values())
    memory = Memory(actions)
    prompter = Prompter(actions, Writing(text_pool(TOPICS)), memory=memory)
    points = []
    for step in range(1, steps + 1):
        world.step += 1
        feed = redrawn(feed, world, streams)
        asked = prompter.questions(world, feed, streams)
        if step <= 6 or step % every == 0:
            points.append(point_of(step, asked))
        replies = stand_in_replies(asked, world, streams)
        answers = [prompter.deeds(question, reply) for question, reply in zip(asked, replies, strict=True)]
        batch = prompter.actions(world, feed, asked, answers, streams)
        decisions = DecisionBatch(batch, np.full(len(batch), TIERS.index("endpoint"), np.uint8)).canonical()
        memory.remember(world, feed.viewers, decisions, carry_out(world, decisions.actions))
    return points


def lived(steps: int, users: int, *, every: int = 10, seed: int = 1) -> list[Point]:
    """Live through `steps` steps of a busy world of `users` users; return a point for each step looked at."""
    simulation, mind = _simulation(users, every, seed)
    for _ in range(steps):
        simulation.step()
    return mind.points


def _simulation(users: int, every: int, seed: int) -> tuple[Simulation, Watched]:
    from agents.memory.memory import Memory
    from agents.prompting.prompter import Prompter
    from agents.writing import Writing
    from simapp.engine.actions.registry import all_actions
    from simapp.engine.core.streams import Streams
    from simapp.engine.core.threads import Workers
    from simapp.runs.assemble import Parts, text_pool
    from simapp.runs.replaying import Nothing
    from simapp.scenarios.gallery import get_gallery
    from simapp.scenarios.paths import set_paths
    from simapp.scenarios.population.build import build_population

    scenario = set_paths(get_gallery("echo-chambers"), [f"population.users={users}", *WORLD])
    parts = Parts(scenario, Streams(seed), Workers(1))
    people = build_population(scenario, Streams(seed))
    simulation = parts.simulation(parts.found_world(people), Nothing())
    actions = tuple(all_actions().values())
    memory = Memory(actions)
    prompter = Prompter(actions, Writing(text_pool(scenario.topics)), memory=memory)
    mind = Watched(simulation.mind, prompter, memory, every)
    simulation.mind = mind
    simulation.found(parts.seeds(simulation.world, people.seed_posts))
    return simulation, mind


def drawn(same: list[Point], own: list[Point]) -> str:
    """Return both series beside OASIS's as an SVG picture."""
    wide, high, left, top, right, bottom = 720, 320, 64, 44, 16, 44
    last, most = same[-1].step, 15_000

    def at(step: float, tokens: float) -> str:
        x = left + (wide - left - right) * step / last
        y = high - bottom - (high - top - bottom) * tokens / most
        return f"{x:.1f},{y:.1f}"

    def words(x: float, y: float, text: str, anchor: str = "start", weight: str = "400") -> str:
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">{text}</text>'

    parts = [words(left, 24, "Input tokens of a decision, by how long the run is", weight="600")]
    for tokens in range(0, most + 1, 5_000):
        y = float(at(0, tokens).split(",")[1])
        parts.append(f'<line x1="{left}" y1="{y}" x2="{wide - right}" y2="{y}" stroke="#d9dde3"/>')
        parts.append(words(left - 8, y + 4, f"{tokens:,}", "end"))
    steps = range(0, last + 1, max(last // 5, 1))
    parts += [
        words(float(at(step, 0).split(",")[0]), high - bottom + 20, str(step), "middle") for step in steps
    ]
    parts.append(
        words(
            (left + wide - right) / 2,
            high - 6,
            "decision of a user (OASIS), step of the run (ours)",
            "middle",
        )
    )
    theirs = " ".join(at(*point) for point in OASIS)
    means = []
    for points, dashes in ((same, ""), (own, ' stroke-dasharray="5 4"')):
        line = " ".join(at(point.step, point.tokens_in) for point in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="#1f6f8b" stroke-width="2.5"{dashes}/>')
        means.append(round(sum(point.tokens_in for point in points) / len(points)))
    told = f"ours: {means[0]:,} on OASIS's observation; dashed: {means[1]:,} in a world of its own"
    parts.append(words(wide - right, float(at(0, means[0]).split(",")[1]) - 12, told, "end"))
    parts.append(f'<polyline points="{theirs}" fill="none" stroke="#c2571a" stroke-width="2.5"/>')
    x, y = (float(part) for part in at(*OASIS[1]).split(","))
    parts.append(words(x + 10, y + 5, "OASIS: 3,733 for the first decision, 14,043 for the sixth"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" '
        f'aria-label="Input tokens of a decision over a run" font-family="system-ui, sans-serif" font-size="13" '
        f'fill="#24292f"><rect width="{wide}" height="{high}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def main() -> None:
    """Live, print, and draw where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=500, help="steps to live through (default 500)")
    parser.add_argument("--users", type=int, default=200, help="users, all of whom remember (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="seed (default 1)")
    parser.add_argument("--svg", type=Path, help="file for the picture")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "simapp.settings")
    import django

    django.setup()
    same = observing(options.steps, options.users, seed=options.seed)
    own = lived(options.steps, options.users, seed=options.seed)
    for name, points in (("OASIS's observation", same), ("a world of rule minds", own)):
        print(f"{name}: step, users asked, tokens in, tokens unshared, longest")
        for point in points:
            print(
                f"{point.step:6} {point.asked:6} {point.tokens_in:8} {point.tokens_unshared:8} {point.most:6}"
            )
    if options.svg:
        options.svg.write_text(drawn(same, own), encoding="utf-8")
    print(json.dumps({"observation": [asdict(p) for p in same], "world": [asdict(p) for p in own]}))


if __name__ == "__main__":
    main()
