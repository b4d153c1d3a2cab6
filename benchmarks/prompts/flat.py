"""Prompts over a long run: a world that rule minds write, and what its users would be asked at each step.

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

if TYPE_CHECKING:
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
            asked = self.prompter.questions(world, feed, streams)
            given, unshared = [q.tokens for q in asked], [q.tokens_unshared for q in asked]
            self.points.append(
                Point(
                    world.step,
                    len(asked),
                    round(sum(given) / len(asked), 1),
                    round(sum(unshared) / len(asked), 1),
                    max(given),
                )
            )
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


def drawn(points: list[Point]) -> str:
    """Return the points beside OASIS's as an SVG picture."""
    wide, high, left, top, right, bottom = 720, 320, 64, 44, 16, 44
    last, most = points[-1].step, 15_000

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
    ours = " ".join(at(point.step, point.tokens_in) for point in points)
    theirs = " ".join(at(*point) for point in OASIS)
    parts.append(f'<polyline points="{ours}" fill="none" stroke="#1f6f8b" stroke-width="2.5"/>')
    parts.append(f'<polyline points="{theirs}" fill="none" stroke="#c2571a" stroke-width="2.5"/>')
    x, y = (float(part) for part in at(*OASIS[1]).split(","))
    parts.append(words(x + 10, y + 5, "OASIS: 3,733 for the first decision, 14,043 for the sixth"))
    mean = round(sum(point.tokens_in for point in points) / len(points))
    parts.append(words(wide - right, float(at(0, mean).split(",")[1]) - 10, f"ours: {mean:,}", "end"))
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
    points = lived(options.steps, options.users, seed=options.seed)
    for point in points:
        print(f"{point.step:6} {point.asked:6} {point.tokens_in:8} {point.tokens_unshared:8} {point.most:6}")
    if options.svg:
        options.svg.write_text(drawn(points), encoding="utf-8")
    print(json.dumps({"points": [asdict(point) for point in points]}))


if __name__ == "__main__":
    main()
