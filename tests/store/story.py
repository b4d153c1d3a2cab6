"""A short story told through the real step loop, committed to the real database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from django.db import connection, transaction

from simapp.engine.actions.registry import code_of
from simapp.engine.core.batches import TIERS, ActionBatch, DecisionBatch, FeedBatch
from simapp.engine.core.clock import Clock
from simapp.engine.core.population import ListedProfiles, Population, ProfileRow
from simapp.engine.core.products import Products
from simapp.engine.core.rules import Rules
from simapp.engine.core.streams import Streams
from simapp.engine.core.texts import Texts
from simapp.engine.core.world import World
from simapp.engine.interventions import Intervention
from simapp.engine.loop import Simulation
from simapp.engine.record import MetricPoint, StepRecord
from simapp.store.files import run_folder
from simapp.store.models import Run, Scenario, ScenarioVersion
from simapp.store.parquet import write_step_files
from simapp.store.writer import write_founding, write_step

USERS = 8
HOSTILE_HANDLE = "=HYPERLINK(1)"
HOSTILE_TEXT = "=cmd|' /C calc'!A0"
SCRIPT_TEXT = '<script>alert("x")</script>, \u202egnp.exe\nsecond line'


@dataclass
class ScriptedMind:
    """Does what the story says: step -> list of (user, action, {post, user, text, item, amount})."""

    story: dict[int, list[tuple[int, str, dict]]]
    name: str = "scripted"

    def decide(self, world, feed, streams, workers):
        lines = sorted(self.story.get(world.step, []), key=lambda line: line[0])
        batch = ActionBatch.empty(len(lines))
        seen: dict[int, int] = {}
        for row, (actor, action, what) in enumerate(lines):
            batch.actor[row], batch.code[row] = actor, code_of(action)
            batch.n[row] = seen.get(actor, 0)
            seen[actor] = int(batch.n[row]) + 1
            batch.post[row] = what.get("post", -1)
            batch.user[row] = what.get("user", -1)
            batch.item[row], batch.amount[row] = what.get("item", -1), what.get("amount", 0)
            batch.text[row] = world.texts.add(what["text"]) if "text" in what else -1
            batch.topic[row], batch.stance[row] = 0, 0.25
        return DecisionBatch(batch, np.full(len(lines), TIERS.index("rules"), np.uint8))

    def remember(self, world, feed, decisions, streams, workers, events):
        world.users.opinions[:, 0] += 0.01


class NewestFirst:
    """Shows everyone the newest posts of others."""

    name, sources = "newest", ("all",)

    def prepare(self, world):
        pass

    def rank(self, world, viewers, k, streams, workers):
        feed = FeedBatch.empty(viewers.shape[0], k)
        feed.viewers[:] = viewers
        newest = np.arange(world.posts.end - 1, max(world.posts.end - 1 - k, world.posts.base - 1), -1)
        feed.posts[:, : newest.shape[0]] = newest
        feed.scores[:, : newest.shape[0]] = -np.arange(newest.shape[0])
        return feed

    def learn(self, world, events, shown=None):
        pass


class TwoMetrics:
    def measure(self, world, events, feed):
        points = {
            "opinion_variance": MetricPoint(float(np.var(world.shown_opinions())), 1 / 3),
            "undefined": MetricPoint(None),
        }
        bins = np.stack([np.histogram(column, 4, (-1, 1))[0] for column in world.shown_opinions().T])
        return points, bins.astype(np.int64)


@dataclass
class Told:
    """A told story: the run's row, every record, and the world at the end."""

    run: Run
    world: World
    population: Population
    records: list[StepRecord] = field(default_factory=list)

    @property
    def last(self) -> int:
        return self.records[-1].step


def a_population(users: int = USERS) -> Population:
    rng = np.random.default_rng(5)
    names = [ProfileRow(f"user{i}", f"User {i}", f"bio {i}", "", "NL", "ISTJ") for i in range(users)]
    names[1] = ProfileRow(HOSTILE_HANDLE, "-1+1", "@SUM(1)", "'quoted", "", "")
    return Population(
        profiles=ListedProfiles(names),
        age=rng.integers(13, 80, users).astype(np.int16),
        gender=np.arange(users, dtype=np.uint8) % 4,
        rhythm=np.zeros(users, np.int32),
        rhythms=np.ones((1, 24), np.float32),
        level=np.ones(users, np.float32),
        voice=rng.random(users, np.float32),
        opinions=rng.uniform(-0.5, 0.5, (users, 2)),
        follower=np.array([0, 1, 2, 3, 4], np.int32),
        followee=np.array([1, 0, 0, 0, 2], np.int32),
        community=np.array([0, 1] * (users // 2), np.int32),
    )


# Serials: 0 and 1 are seeds; then, in canonical order of each step, reposts, quotes, posts, comments.
STORY: dict[int, list[tuple[int, str, dict]]] = {
    1: [
        (1, "like_post", {"post": 0}),
        (2, "like_post", {"post": 0}),
        (2, "repost", {"post": 0}),  # serial 2
        (3, "quote_post", {"post": 0, "text": "well, well"}),  # serial 3
        (1, "create_post", {"text": SCRIPT_TEXT}),  # serial 4
        (4, "create_comment", {"post": 0, "text": "a comment"}),  # serial 5
        (5, "mute", {"user": 0}),
        (5, "mute", {"user": 1}),
        (6, "follow", {"user": 7}),
        (7, "dislike_post", {"post": 0}),
        (0, "like_post", {"post": 0}),  # refused: own post
        (0, "do_nothing", {}),
    ],
    2: [
        (1, "unlike_post", {"post": 0}),
        (1, "like_post", {"post": 0}),
        (2, "unlike_post", {"post": 0}),
        (3, "like_post", {"post": 2}),  # a repost: counts for the original
        (4, "repost", {"post": 2}),  # serial 6, depth 2
        (0, "like_post", {"post": 3}),  # the quote itself
        (6, "unfollow", {"user": 7}),
        (6, "follow", {"user": 0}),
        (5, "unmute", {"user": 1}),
        (5, "create_comment", {"post": 3, "text": "under the quote"}),  # serial 7
        (7, "repost", {"post": 1_000}),  # refused: unknown
    ],
    3: [
        (5, "quote_post", {"post": 6, "text": "a quote of a repost"}),  # serial 8
        (6, "repost", {"post": 3}),  # serial 9: shares the quote
        (7, "undo_dislike_post", {"post": 0}),
        (0, "do_nothing", {}),
        (0, "do_nothing", {}),
    ],
}


def tell(run: Run, *, steps: int = 4, story=None, plan: list[Intervention] | None = None) -> Told:
    """Run the story and commit every step to the database, each in one transaction."""
    population = a_population()
    world = World.found(
        population,
        clock=Clock(datetime(2026, 1, 5, 12, 0, tzinfo=UTC), 30),
        rules=Rules(),
        topics=["housing", "transport"],
        texts=Texts(["unused", HOSTILE_TEXT, "second seed"]),
    )
    named = run.scenario_version.document["platform"].get("products", ())
    world.products = Products.named(world.texts, [product["name"] for product in named])
    told = Told(run, world, population)

    class Database:
        def commit(self, record, world):
            files = write_step_files(run_folder(run.pk), record)
            with transaction.atomic(), connection.cursor() as cursor:
                if record.step == 0:
                    write_founding(cursor, run.pk, population, record, files)
                else:
                    write_step(cursor, run.pk, record, files)
                Run.objects.filter(pk=run.pk).update(
                    step=record.step, digest=record.digest, users=population.users
                )
            told.records.append(record)

    seeds = ActionBatch.empty(2)
    seeds.actor[:] = [0, 1]
    seeds.code[:] = code_of("create_post")
    seeds.text[:] = [1, 2]
    seeds.topic[:] = [0, 1]
    mind = ScriptedMind(STORY if story is None else story)
    sim = Simulation(
        world, NewestFirst(), mind, TwoMetrics(), Streams(7), Database(), feed_size=3, plan=plan or []
    )
    sim.found(seeds)
    for _ in range(steps):
        sim.step()
    run.refresh_from_db()
    return told


def make_run(owner, *, rules: str = "microblog", steps: int = 10, products: tuple[str, ...] = ()) -> Run:
    """Return a new run of a one-version scenario; `rules` is microblog or forum."""
    scenario = Scenario.objects.create(slug="story", title="A <b>story</b>", owner=owner)
    document = {
        "title": "A story",
        "topics": ["housing", "transport"],
        "platform": {"rules": rules, "products": [{"name": name} for name in products]},
        "clock": {"start": "2026-01-05T12:00:00Z", "minutes_per_step": 30, "steps": steps},
    }
    version = ScenarioVersion.objects.create(
        scenario=scenario, number=1, document=document, document_sha256="0" * 64, author=owner
    )
    return Run.objects.create(scenario_version=version, seed=7, steps=steps, owner=owner, title="told")
