"""What the models of a run have done so far: who was decided for by which tier, what came back, what it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from agents.asking import Reply
from simapp.engine.core.world import World

TALLY = "models/tally"
NAMES = (
    "endpoint", "local", "archetype", "answered", "abstained", "late", "limited", "tokens_in", "tokens_out",
    "tokens_cached",
)  # fmt: skip
"""Decisions by tier; replies by outcome (limited: a limit let no question through); tokens of all replies."""
_OUTCOMES = {"answered": "answered", "abstained": "abstained", "late": "late", "over": "limited"}


@dataclass
class Tally:
    """Totals since the founding, and what of them the newest step added. They lie with the world, for forks."""

    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 0))
    decisions: int = 0
    tokens: int = 0

    def load(self, world: World) -> None:
        """Take up the totals of a world; nothing of the coming step is counted yet."""
        kept = world.extra.get(TALLY, np.zeros(len(NAMES), np.int64))
        self.totals = dict(zip(NAMES, kept.tolist(), strict=True))
        self.decisions = self.tokens = 0

    def save(self, world: World) -> None:
        """Leave them with the world."""
        world.extra[TALLY] = np.array([self.totals[name] for name in NAMES], np.int64)

    def hear(self, replies: Sequence[Reply]) -> None:
        """Count replies."""
        for reply in replies:
            self.totals[_OUTCOMES[reply.outcome]] += 1
            self.totals["tokens_in"] += reply.tokens_in
            self.totals["tokens_out"] += reply.tokens_out
            self.totals["tokens_cached"] += reply.tokens_cached
            self.tokens += reply.tokens_in + reply.tokens_out

    def decided(self, tier: str, users: int) -> None:
        """Count users for whom a tier decided."""
        self.totals[tier] += users
        self.decisions += users

    def counts(self, money: float, seconds: float) -> dict[str, int]:
        """Return what a step says of models: `model_*` of this step, `models_*` since the founding.

        models_money is in millionths of the prices' currency, models_seconds in milliseconds.
        """
        return {
            "model_decisions": self.decisions,
            "model_tokens": self.tokens,
            **{f"models_{name}": total for name, total in self.totals.items()},
            "models_money": round(money * 1e6),
            "models_seconds": round(seconds * 1e3),
        }
