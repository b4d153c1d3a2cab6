"""Questions, and time that passes only when somebody waits."""

from __future__ import annotations

import asyncio
from typing import Any

from agents.asking import Question, Sampling
from agents.inference.endpoint.gate import Gates, Pace
from agents.inference.endpoint.loop import run
from agents.inference.endpoint.model import EndpointModel
from agents.inference.endpoint.settings import Endpoint

SAMPLING = Sampling(max_tokens=60)
KEY = "sk-this-must-never-be-seen-0123456789"


class SlowTime:
    """A clock that stands still but for what is slept; `slept` lists the waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.now + seconds
        await asyncio.sleep(0)  # who falls asleep now as well sleeps at the same time
        self.now = max(self.now, until)

    @property
    def pace(self) -> Pace:
        return Pace(self.clock, self.sleep)


def question(
    number: int = 0, own: str = 'Answer with an object such as {"do": []}.', **more: Any
) -> Question:
    """A question of its own user and seed."""
    held: dict[str, Any] = {
        "user": number,
        "shared": "You are on a social network.",
        "own": own,
        "options": ("like_post", "create_comment", "do_nothing"),
        "posts": 3,
        "comments": (0, 0, 0),
        "topics": (),
        "seed": 1000 + number,
        "template": "0" * 16,
    }
    return Question(**{**held, **more})


def endpoint(server: Any, **more: Any) -> Endpoint:
    """The server's model, with a short time limit."""
    return Endpoint(**{"name": "test", "base_url": server.base_url, "model": "tiny", "timeout": 20.0, **more})


class Asking:
    """A model with gates and a clock of its own."""

    def __init__(self, *endpoints: Endpoint, key: str = "") -> None:
        self.time = SlowTime()
        self.gates = Gates(self.time.pace)
        self.model = EndpointModel(endpoints, lambda _: key, self.gates)

    def __call__(self, *questions: Question) -> list[Any]:
        return self.model.answer(questions, SAMPLING)

    def close(self) -> None:
        run(self.gates.close())
