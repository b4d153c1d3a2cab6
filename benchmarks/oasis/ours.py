"""Our side, through our public interface: the engine's one door, the feeds, and a run's own commit."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.oasis.shared import KINDS, Requests, SharedWorld, comment_text
from simapp.engine.actions.door import carry_out
from simapp.engine.actions.registry import code_of
from simapp.engine.core.batches import TIERS, ActionBatch, DecisionBatch, EventBatch, FeedBatch
from simapp.engine.core.population import ListedProfiles, Population, ProfileRow, SeedPost
from simapp.engine.core.streams import Streams
from simapp.runs.assemble import Parts
from simapp.runs.replaying import Nothing
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.paths import set_paths

if TYPE_CHECKING:
    from simapp.engine.core.threads import Workers
    from simapp.engine.core.world import World
    from simapp.engine.loop import Simulation
    from simapp.engine.record import Sink
    from simapp.scenarios.document import Scenario

FEED_SIZE = 5
_HUMAN = TIERS.index("human")


def scenario_of(users: int) -> Scenario:
    """Return the scenario under which both sides' platforms work alike.

    A feed of five: three of followees and two by strangers, as OASIS's X preset shows. Nobody's opinion moves.
    Seen posts may be shown again, since OASIS forgets what it showed.
    """
    return set_paths(
        get_gallery("rumour"),
        [
            "title=Side by side with OASIS",
            f"population.users={users}",
            "topics=[technology]",
            "platform.hot_window_hours=720",
            "seed_posts=[]",
            "feed.preset=chronological",
            f"feed.k={FEED_SIZE}",
            "feed.explore=0.4",
            "feed.seen_memory=0",
            "clock.minutes_per_step=1",
        ],
    )


def population_of(shared: SharedWorld) -> Population:
    """Return the shared world's people, follows and posts as an importer would hand them over."""
    n = shared.users
    people = [ProfileRow(f"user{i}", f"User {i}", bio) for i, bio in enumerate(shared.bios)]
    posts = [SeedPost(int(a), text, 0, 0.0, 0.0) for a, text in zip(shared.author, shared.texts, strict=True)]
    return Population(
        profiles=ListedProfiles(people),
        age=np.zeros(n, np.int16),
        gender=np.zeros(n, np.uint8),
        rhythm=np.zeros(n, np.int32),
        rhythms=np.ones((1, 24), np.float32),
        level=np.ones(n, np.float32),
        voice=np.zeros(n, np.float32),
        opinions=np.zeros((n, 1)),
        follower=shared.follower,
        followee=shared.followee,
        community=np.full(n, -1, np.int32),
        seed_posts=posts,
    )


@dataclass
class Told:
    """A mind that does what it was told: `requests` are the next step's, others who are shown a feed do nothing."""

    requests: ActionBatch = field(default_factory=ActionBatch.empty)
    name = "told"

    def decide(self, world: World, feed: FeedBatch, streams: Any, workers: Any) -> DecisionBatch:
        """Return the told requests, in canonical order with those who do nothing."""
        told = self.requests
        idle = feed.viewers[~np.isin(feed.viewers, told.actor)]
        nothing = ActionBatch.empty(idle.shape[0])
        nothing.actor[:], nothing.code[:] = idle, code_of("do_nothing")
        both = ActionBatch.join([told, nothing])
        both = both.take(np.lexsort((both.n, both.actor)))
        return DecisionBatch(both, np.full(len(both), _HUMAN, np.uint8))

    def remember(self, world: World, feed: FeedBatch, decisions: Any, streams: Any, workers: Any, events: Any) -> None:
        """Nobody is moved by what they read."""


class Ours:
    """The shared world on our side. In memory; `benchmarks.oasis.durable.Committed` keeps it in PostgreSQL."""

    def __init__(self, shared: SharedWorld, workers: Workers, *, seed: int = 1) -> None:
        self.shared, self.workers, self.streams = shared, workers, Streams(seed)
        self.scenario = scenario_of(shared.users)
        self.parts = Parts(self.scenario, self.streams, workers)
        self.population = population_of(shared)
        self.mind = Told()
        self.simulation = self._found()
        self.feed = self.simulation.feed

    @property
    def world(self) -> World:
        return self.simulation.world

    def batch(self, requests: Requests) -> ActionBatch:
        """Return the requests as the door takes them; comment texts are put into the world's texts.

        A refresh is no request on our side: who is active is shown a feed.
        """
        asked = requests.take(np.flatnonzero(requests.kind != KINDS.index("refresh")))
        codes = np.array([0 if kind == "refresh" else code_of(kind) for kind in KINDS], np.uint8)
        batch = ActionBatch.empty(len(asked))
        batch.actor[:], batch.n[:], batch.code[:] = asked.actor, asked.n, codes[asked.kind]
        batch.post[:], batch.user[:] = asked.post, asked.user
        texts = [self.world.texts.add(comment_text(int(c))) if c >= 0 else -1 for c in asked.comment]
        batch.text[:] = texts
        return batch

    def carry(self, batch: ActionBatch) -> tuple[float, EventBatch]:
        """Send a batch through the door; return seconds and what happened."""
        began = time.perf_counter()
        events = carry_out(self.world, batch)
        return time.perf_counter() - began, events

    def carry_singly(self, batch: ActionBatch) -> tuple[float, EventBatch]:
        """Send the requests through the door one at a time."""
        rows = [batch.take(np.array([i])) for i in range(len(batch))]
        began = time.perf_counter()
        events = [carry_out(self.world, row) for row in rows]
        return time.perf_counter() - began, EventBatch.join(events)

    def refresh(self, viewers: NDArray[np.int32]) -> tuple[float, int]:
        """Rank the feeds of all viewers at once, the step's preparation included; return seconds and posts shown."""
        began = time.perf_counter()
        self.feed.prepare(self.world)
        shown = self.feed.rank(self.world, viewers, FEED_SIZE, self.streams, self.workers)
        return time.perf_counter() - began, int(np.count_nonzero(shown.posts >= 0))

    def refresh_singly(self, viewers: NDArray[np.int32]) -> tuple[float, int]:
        """Rank one viewer's feed per call; the preparation, once per step, is not counted."""
        self.feed.prepare(self.world)
        places = 0
        began = time.perf_counter()
        for viewer in viewers:
            one = self.feed.rank(self.world, np.array([viewer], np.int32), FEED_SIZE, self.streams, self.workers)
            places += int(np.count_nonzero(one.posts >= 0))
        return time.perf_counter() - began, places

    def tick(self) -> None:
        """Let a step of the clock pass, for what is done outside of one."""
        self.world.step += 1

    def _sink(self) -> Sink:
        return Nothing()

    def _found(self) -> Simulation:
        people = replace(self.population, level=self.population.level.copy())
        simulation = self.parts.simulation(self.parts.found_world(people), self._sink())
        simulation.mind = self.mind
        simulation.found(self.parts.seeds(simulation.world, people.seed_posts))
        return simulation
