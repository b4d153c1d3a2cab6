"""Askers for tests: they answer as a function of the question and remember what they were asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np

from agents.asking import Asked, Question, Reply
from agents.text.kept import kept_pool
from agents.writing import Writing
from simapp.engine.actions.registry import all_actions
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.texts import Texts
from simapp.engine.core.world import World
from tests.recommender.worlds import busy

POOL = kept_pool(["housing"], 1, 1100)
CODES = {name: action.code for name, action in all_actions().items()}
WRITING = Writing(POOL)


def acts(*names: str) -> str:
    """The compact reply that does these things to the first post."""
    return json.dumps({"do": [_act(name) for name in names]})


def _act(name: str) -> dict[str, str]:
    said = {"text": "I see it so."} if name in ("create_post", "create_comment", "quote_post") else {}
    return {"act": name} | ({} if name == "create_post" else {"on": "1"}) | said


class Said:
    """Answers every question with `say(question)`; None abstains."""

    def __init__(self, say: Callable[[Question], str | None]) -> None:
        self.say = say
        self.asked: list[Asked] = []
        self.calls = 0

    def ask(self, step: int, asked: Sequence[Asked]) -> list[Reply]:
        self.calls += 1
        self.asked += asked
        replies = [self.say(one.question) for one in asked]
        return [Reply(text or "", "abstained" if text is None else "answered", "test") for text in replies]


def varied(question: Question) -> str:
    """Half of the replies like, a tenth comments, a fifth writes."""
    u = float(Streams(8).uniform("say", user=question.user))
    wanted = ("create_post",) if u < 0.2 else ("like_post", "create_comment") if u < 0.3 else ("like_post",)
    return acts(*(name for name in wanted if name in question.options)) if u < 0.6 else acts()


def crowd(users: int = 300, posts: int = 400, seed: int = 3) -> tuple[World, FeedBatch]:
    """A busy world of people who differ in age, opinion and voice, and feeds of ten of its posts for all of them."""
    world = busy(users, posts, seed=seed)
    world.texts = Texts(POOL.texts)
    draws, who = Streams(seed), np.arange(users)
    world.users.age[:] = 15 + draws.integers("age", 60, user=who)
    world.users.opinions[:, 0] = 2 * draws.uniform("opinion", user=who) - 1
    world.users.voice[:] = 0.3 * draws.uniform("voice", user=who)
    world.posts.stance[:] = 2 * draws.uniform("stance", item=np.arange(posts)) - 1
    bits = draws.bits("feed", user=who[:, None], item=np.arange(posts))
    shown = np.argsort(bits, axis=1)[:, :10].astype(np.int64)
    ones = np.ones(shown.shape, np.float32)
    return world, FeedBatch(who.astype(np.int32), shown, ones, np.zeros(shown.shape, np.uint8))
