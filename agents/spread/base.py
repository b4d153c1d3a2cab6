"""What a spread model is: it decides who reposts what, whatever the feed shows; all else is the mind's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World


class SpreadModel(ABC):
    """One file in this folder that defines a dataclass called `Here`; the file name is the model's name.

    Shares of a step are answers to what was there before it, so a cascade grows by at most one level per step. What the
    model asks for goes through the door like every request.
    """

    def __init__(self, **settings: Any) -> None:  # the dataclass of a model puts its own in place
        raise NotImplementedError

    @abstractmethod
    def shares(
        self, world: World, viewers: NDArray[np.int32], streams: Streams, workers: Workers
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return (user int32[S], row of the post that each reposts int64[S]) among the active users int32[V]."""

    def authors(self, world: World, viewers: NDArray[np.int32], streams: Streams) -> NDArray[np.bool_] | None:
        """Return bool[V], which active users write a post of their own; None: as the mind says."""
        return None
