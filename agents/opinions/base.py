"""What an opinion model is: parameters in native units, a law of motion, a map to what is shown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

CONTACTS = ("feed", "follows", "everyone")
"""Who influences a user: the authors of the posts read, those whom the user follows, or anybody.

The last two are how the models were published; the first puts them behind what the platform shows.
"""


class OpinionModel(ABC):
    """One file in this folder that defines a class called `Here`; the file name is the model's name.

    A native opinion x is shown as tanh(x / scale); where scale is 0 the native interval `span` is stretched to
    [-1, 1] and what lies outside is shown at its end. Only active users move unless the model says otherwise.
    """

    scale: ClassVar[float] = 0.0
    span: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Return the model of a scenario's settings, by the names of the document."""
        return cls(**settings)

    @abstractmethod
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
        """Advance `world.users.opinions` float64[N, T] by one step.

        rows int32[V, k]: the post rows of the feed, -1 padding. read_key, depth: who reads how far down, as
        `agents.reading.read_depth` draws it.
        """
