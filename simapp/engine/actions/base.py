"""The one door: every action, whoever takes it, is checked and applied here.

An action is one file in this folder that defines a subclass of `Action` called `Here`. Its docstring
is the text that a mind reads when it is offered the action. `check` and `apply` take batches.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.world import World


@dataclass
class Done:
    """What applying a batch gave: post int64[A] keys of the post written or acted on (-1 none); item int32[A] ids
    of the groups that were made (None: as the requests have it)."""

    post: NDArray[np.int64]
    item: NDArray[np.int32] | None = None


class Action(ABC):
    """One kind of request. `code` is stored with every event: never reuse or renumber one.

    order: place in the step's canonical sequence of kinds (lower first, equal by code).
    takes: what the request names, any of "post", "user", "text", "group", "product", "amount".
    writes: whether it adds a post row.
    """

    name: ClassVar[str]
    code: ClassVar[int]
    label: ClassVar[str]
    order: ClassVar[int] = 50
    takes: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[bool] = False

    @abstractmethod
    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        """Return an Outcome code uint8[A] per request (0 = may be applied); duplicates inside the batch included."""

    @abstractmethod
    def apply(self, world: World, batch: ActionBatch) -> Done:
        """Apply requests that passed `check`, all at once, to the world at step `world.step`."""
