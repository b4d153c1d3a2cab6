"""Bounded confidence, pair by pair (Deffuant, Neau, Amblard & Weisbuch 2000, Adv. Complex Syst. 3, 87).

In a meeting of i and j with |x_i - x_j| < epsilon both move by mu * (x_j - x_i) towards each other. The mean opinion
is kept and the sum of squares falls by 2 mu (1 - mu) (x_i - x_j)^2. Large camps number about 1 / (2 epsilon).
In a feed the reader alone moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from agents.opinions._meetings import meetings
from agents.opinions.base import OpinionModel
from agents.opinions.social_judgement import meet
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World


@dataclass(frozen=True)
class Deffuant(OpinionModel):
    """epsilon >= 0: bound of confidence on opinions in [0, 1]; mu in [0, 0.5]: share of the distance that each
    moves; rate >= 0: mean number of meetings that an active user starts per step (in a feed: every post read is
    one); contacts: one of base.CONTACTS."""

    span: ClassVar[tuple[float, float]] = (0.0, 1.0)
    epsilon: float = 0.2
    mu: float = 0.5
    rate: float = 1.0
    contacts: str = "feed"

    def move(
        self,
        world: World,
        feed: FeedBatch,
        rows: NDArray[np.int32],
        read_key: np.uint64,
        depth: float,
        streams: Streams,
        workers: Workers,
    ) -> None:
        """One meeting after another, in order of time."""
        del workers
        met = meetings(world, feed, rows, read_key, depth, self.contacts, self.rate, streams)
        meet(
            met.user, met.other, met.topic, met.said, self.epsilon, np.inf, self.mu, -np.inf, np.inf,
            world.users.opinions,
        )  # fmt: skip


Here = Deffuant
