"""The benchmark of a feed: every user's feed made anew, from the posts' present votes, texts and interests on."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.embeddings.minilm import MiniLM
from recommender.registry import build_feed, preset_parameters
from simapp.engine.core import ids
from simapp.engine.core.batches import EventBatch
from simapp.engine.core.clock import Clock
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.population import ListedProfiles, Population
from simapp.engine.core.rules import Rules
from simapp.engine.core.streams import Streams
from simapp.engine.core.texts import Texts
from simapp.engine.core.world import LIKED, World
from simapp.runs.assemble import CODES, text_pool
from simapp.scenarios.topics import TOPIC_SLUGS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.pipeline import Pipeline
    from simapp.engine.core.threads import Workers

STEPS = 48  # of an hour each: the window that the posts are spread over
LIKES_PER_USER = 3


@dataclass(frozen=True)
class Kind:
    """What `--kind` names: a preset, the parameter that sets how many candidates all viewers share, and k.

    compares: it compares vectors; reads: it reads texts.
    """

    preset: str
    candidates: str
    k: int
    compares: bool = True
    reads: bool = True


KINDS = {
    "hot": Kind("reddit-hot", "size", 100, compares=False, reads=False),
    "interest": Kind("interest", "pool", 10),
    "x2026": Kind("x-2026", "pool", 10),
    "cf": Kind("als", "pool", 10, reads=False),
}


class _Timed:
    """The packaged encoder, counting texts and seconds."""

    def __init__(self) -> None:
        self._encoder = MiniLM()
        self.dimensions, self.fingerprint = self._encoder.dimensions, self._encoder.fingerprint
        self.texts, self.seconds = 0, 0.0

    def encode(self, texts: list[str]) -> NDArray[np.int8]:
        """Encode; the model is loaded before the clock starts."""
        if not self.texts:
            self._encoder.encode(texts[:1])
        began = time.perf_counter()
        made = self._encoder.encode(texts)
        self.seconds += time.perf_counter() - began
        self.texts += len(texts)
        return made


def bench_rank(
    *,
    kind: str,
    users: int,
    posts: int,
    workers: Workers,
    candidates: int | None = None,
    follows: int = 20,
    k: int | None = None,
    repeats: int = 5,
    seed: int = 1,
    device: str | None = None,
) -> dict[str, Any]:
    """Rank for all users of a drawn world, `repeats` times after a warm-up; return medians.

    seconds: one full refresh, laying out the step's posts (`prepare_seconds`) included; cpu_seconds: of
    all threads, which other work on the machine disturbs less. Texts are those of the
    grammar, each encoded once before (`texts_encoded`, `texts_per_second`).
    """
    chosen = KINDS[kind]
    _check(users=(users, 2), posts=(posts, 1), follows=(follows, 0), repeats=(repeats, 1))
    _check_device(device)
    parameter = next(p for p in preset_parameters(chosen.preset) if p.name == chosen.candidates)
    shared = int(parameter.default) if candidates is None else candidates
    encoder = _Timed()
    params = {chosen.candidates: float(shared)}
    feed = build_feed(chosen.preset, params, codes=CODES, encoder=encoder, device=device)
    streams = Streams(seed)
    world = drawn_world(users, posts, follows, streams)
    feed.prepare(world)
    if chosen.compares:
        liked = _likes(world, streams)
        feed.learn(world, liked)
        world.reactions.set(ids.pair(liked.actor, world.posts.row(_serials(world, liked))), LIKED)
    places = chosen.k if k is None else k
    seconds, cpu, preparing, shown, digest = _timed(feed, world, places, streams, workers, repeats)
    figures = {
        "kind": kind,
        "preset": chosen.preset,
        "users": users,
        "posts": posts,
        "follows": len(world.follows),
        "candidates": min(shared, posts),
        "k": places,
        "seconds": round(seconds, 4),
        "cpu_seconds": round(cpu, 4),
        "prepare_seconds": round(preparing, 4),
        "us_per_user": round(1e6 * seconds / users, 3),
        "impressions": shown,
        "device": _device_in_words(device, chosen),
        "checksum": digest,
    }
    if encoder.texts:
        figures["texts_encoded"] = encoder.texts
        figures["texts_per_second"] = round(encoder.texts / encoder.seconds, 1)
    return figures


def drawn_world(users: int, posts: int, follows: int, streams: Streams) -> World:
    """Return a world of `users` with `follows` drawn followees each and `posts` posts of the last STEPS steps."""
    follows = min(follows, users - 1)
    follower = np.repeat(np.arange(users, dtype=np.int32), follows)
    # Followees at drawn distances, all different: neither loops nor edges drawn twice.
    apart = 1 + streams.integers("bench/distance", max((users - 1) // max(follows, 1), 1), user=follower,
                                 item=np.arange(follower.shape[0]))  # fmt: skip
    start = np.tile(np.arange(follows), users) * ((users - 1) // max(follows, 1))
    followee = ((follower + start + apart) % users).astype(np.int32)
    texts = text_pool(TOPIC_SLUGS[:4]).texts
    population = Population(
        profiles=ListedProfiles([]),
        age=np.full(users, 30, np.int16),
        gender=np.zeros(users, np.uint8),
        rhythm=np.zeros(users, np.int32),
        rhythms=np.ones((1, 24), np.float32),
        level=np.ones(users, np.float32),
        voice=np.ones(users, np.float32),
        opinions=np.zeros((users, 1)),
        follower=follower,
        followee=followee,
        community=np.full(users, -1, np.int32),
    )
    world = World.found(
        population,
        clock=Clock(datetime(2026, 1, 5, tzinfo=UTC), 60),
        rules=Rules(hot_steps=STEPS + 1, seen_memory=200),
        topics=[TOPIC_SLUGS[0]],
        texts=Texts(texts),
    )
    world.step = STEPS
    number = np.arange(posts)
    author = (number % users).astype(np.int32)  # so that a user's posts of one step are told apart
    step = np.sort((streams.uniform("bench/step", item=number) * STEPS).astype(np.int32))
    votes = np.minimum(1.0 / (1.0 - streams.uniform("bench/votes", item=number)), 1e5)
    world.posts.append(
        key=ids.post_key(author, step, number // users),
        author=author,
        step=step,
        root=number,
        parent=np.full(posts, -1),
        text=streams.integers("bench/text", len(texts), item=number),
        likes=votes.astype(np.int32),
        dislikes=(0.3 * votes).astype(np.int32),
        shares=(0.1 * votes).astype(np.int32),
        comments=(0.2 * votes).astype(np.int32),
    )
    return world


def _likes(world: World, streams: Streams) -> EventBatch:
    """Every user likes three drawn posts: interests differ."""
    users = np.repeat(np.arange(len(world.users), dtype=np.int32), LIKES_PER_USER)
    events = EventBatch.empty(users.shape[0])
    events.actor[:], events.code[:] = users, CODES["like_post"]
    events.n[:] = np.tile(np.arange(LIKES_PER_USER), len(world.users))
    liked = streams.integers("bench/liked", len(world.posts), user=users, item=events.n)
    events.post[:] = events.target[:] = world.posts.key[liked]
    return events


def _serials(world: World, events: EventBatch) -> NDArray[np.int64]:
    order = np.argsort(world.posts.key)
    return np.asarray(order[np.searchsorted(world.posts.key, events.post, sorter=order)], np.int64)


def _timed(
    feed: Pipeline, world: World, k: int, streams: Streams, workers: Workers, repeats: int
) -> tuple[float, float, float, int, str]:
    viewers = np.arange(len(world.users), dtype=np.int32)
    whole, cpu, preparing, shown, checksum = [], [], [], 0, ""
    for turn in range(repeats + 1):
        began, worked = time.perf_counter(), time.process_time()
        feed.prepare(world)
        laid = time.perf_counter()
        batch = feed.rank(world, viewers, k, streams, workers)
        done = time.perf_counter()
        if turn:
            whole.append(done - began)
            cpu.append(time.process_time() - worked)
            preparing.append(laid - began)
        else:
            shown = int(np.count_nonzero(batch.posts >= 0))
            checksum = f"{int(np.bitwise_xor.reduce(_mixed(batch.posts), axis=None)):016x}"
        del batch
    return statistics.median(whole), statistics.median(cpu), statistics.median(preparing), shown, checksum


def _mixed(posts: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return one word per shown post that names viewer, place and post; in blocks it needs no room to speak of."""
    out = np.zeros(posts.shape[0], np.uint64)
    for j in range(posts.shape[1]):
        out ^= Streams(0).bits("bench/checksum", step=j, user=np.arange(posts.shape[0]), item=posts[:, j])
    return out


def _check(**given: tuple[int, int]) -> None:
    for name, (value, low) in given.items():
        if value < low:
            msg = f"--{name} is {value}; it must be a whole number from {low}."
            raise WrongInput(msg)


def _check_device(device: str | None) -> None:
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise WrongInput("--device is cuda; torch finds no such device on this machine.")


def _device_in_words(device: str | None, kind: Kind) -> str:
    if not kind.compares:
        return "cpu"
    import torch

    from recommender.products import default_device

    if (device or default_device()) == "cuda":
        return torch.cuda.get_device_name()
    from recommender.embeddings.minilm import cpu_arithmetic

    return "cpu, " + cpu_arithmetic()[1]
