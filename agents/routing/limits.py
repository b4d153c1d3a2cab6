"""What models may cost: limits that are never exceeded, because the worst case is put aside before a model is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agents.asking import Asked, Asker, Outcome, Question, Reply, Sampling
from agents.routing.tally import Tally
from simapp.engine.core.errors import SociariumError
from simapp.engine.core.world import World

SPENT = "models/spent"
TRIES = 2  # a reply that cannot be read is asked for once more
FRAME = 64  # tokens that a chat template puts around a question, at most


class MustPause(SociariumError):
    """The run cannot go on by itself; the text says what it waits for."""


@dataclass(frozen=True)
class Price:
    """What a model costs and how long it may take. input, output: money per million tokens; timeout: seconds
    per call."""

    input: float = 0.0
    output: float = 0.0
    timeout: float = 60.0


@dataclass(frozen=True)
class Cost:
    """Tokens, money and seconds of model work."""

    tokens: int = 0
    money: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.tokens + other.tokens, self.money + other.money, self.seconds + other.seconds)

    @classmethod
    def of(cls, reply: Reply, seconds: float) -> Cost:
        """Return what a reply cost, or had cost when it was first made; of its time at most `seconds`.

        The rest was spent in the queue behind other questions, where no model worked for this one.
        """
        return cls(reply.tokens_in + reply.tokens_out, reply.cost, min(reply.seconds, seconds))

    @classmethod
    def worst(cls, question: Question, sampling: Sampling, price: Price) -> Cost:
        """Return the most that a question can cost with all its tries.

        A token of a byte-level tokenizer is at least one byte, so a text has at most as many tokens as bytes.
        """
        size = len(question.shared.encode("utf-8", "replace")) + len(question.own.encode("utf-8", "replace"))
        asked, said = TRIES * (size + FRAME), TRIES * sampling.max_tokens
        money = (asked * price.input + said * price.output) / 1e6
        return cls(asked + said, money, TRIES * price.timeout)


@dataclass(frozen=True)
class Limits:
    """The most a run may cost, None = no limit. then: "rules" or "pause", what follows where one is reached."""

    tokens: int | None = None
    money: float | None = None
    seconds: float | None = None
    then: str = "rules"

    def broken_by(self, cost: Cost) -> str:
        """Return the limit that `cost` is above, as words; "" for none."""
        if self.tokens is not None and cost.tokens > self.tokens:
            return f"the limit of {self.tokens} tokens"
        if self.money is not None and cost.money > self.money:
            return f"the limit of {self.money:g} of money"
        if self.seconds is not None and cost.seconds > self.seconds:
            return f"the limit of {self.seconds:g} seconds of model work"
        return ""


@dataclass
class Metered:
    """An Asker that lets through what fits under the limits, in waves: what a wave did not need is free for the next.

    Which questions go is a function of the questions, the prices and the replies so far, all of which are recorded:
    a repeated step lets the same ones through. What does not fit gets the outcome "over".
    """

    asker: Asker
    limits: Limits
    sampling: Sampling
    prices: Mapping[tuple[str, str], Price] = field(default_factory=dict)
    spent: Cost = Cost()
    tally: Tally = field(default_factory=Tally)

    def ask(self, step: int, asked: Sequence[Asked]) -> list[Reply]:
        """Return one reply per question, in their order; raises MustPause where the scenario wants that."""
        replies: list[Reply] = []
        while len(replies) < len(asked):
            rest = asked[len(replies) :]
            fit, limit = self._fitting(rest)
            if not fit:
                if self.limits.then == "pause":
                    msg = f"{limit} does not allow another question; raise it in a fork, or stop the run"
                    raise MustPause(msg)
                over = [Reply("", "over", a.model, tries=0, problem=limit) for a in rest]
                self.tally.hear(over)
                return replies + over
            came = self.asker.ask(step, rest[:fit])
            for a, reply in zip(rest, came, strict=False):
                self.spent += Cost.of(reply, self._worst(a).seconds)
            self.tally.hear(came)
            replies += came
        return replies

    def _fitting(self, asked: Sequence[Asked]) -> tuple[int, str]:
        """Return how many of the first questions fit in the worst case, and the limit that ends them."""
        limits = self.limits
        if limits.tokens is None and limits.money is None and limits.seconds is None:
            return len(asked), ""
        reserved = self.spent
        for i, a in enumerate(asked):
            reserved += self._worst(a)
            if limit := limits.broken_by(reserved):
                return i, limit
        return len(asked), ""

    def _worst(self, asked: Asked) -> Cost:
        price = self.prices.get((asked.tier, asked.model), Price())
        return Cost.worst(asked.question, self.sampling, price)

    def load(self, world: World) -> None:
        """Take up what the run has spent up to this state of its world."""
        kept: NDArray[np.float64] = world.extra.get(SPENT, np.zeros(3))
        self.spent = Cost(int(kept[0]), float(kept[1]), float(kept[2]))
        self.tally.load(world)

    def save(self, world: World) -> None:
        """Leave it with the world, so that snapshots and forks have it."""
        world.extra[SPENT] = np.array([self.spent.tokens, self.spent.money, self.spent.seconds])
        self.tally.save(world)


__all__ = ["SPENT", "Cost", "Limits", "Metered", "MustPause", "Outcome", "Price"]
