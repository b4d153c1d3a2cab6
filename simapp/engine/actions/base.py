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


@dataclass
class Answer:
    """What A reading requests found, best first: found[indptr[a]:indptr[a + 1]] is for request a.

    indptr int64[A + 1]; found int64[R]: serials of posts, or numbers of users (`Action.reads`).
    """

    indptr: NDArray[np.int64]
    found: NDArray[np.int64]

    @classmethod
    def nothing(cls, requests: int) -> Answer:
        """Return the answer that found nothing."""
        return cls(np.zeros(requests + 1, np.int64), np.zeros(0, np.int64))

    @classmethod
    def of(cls, lists: NDArray[np.int64]) -> Answer:
        """Return the answer of lists int64[A, k], padded with -1 at the end."""
        held = lists >= 0
        return cls(np.concatenate([[0], np.cumsum(held.sum(axis=1))]).astype(np.int64), lists[held])


class Action(ABC):
    """One kind of request. `code` is stored with every event: never reuse or renumber one.

    order: place in the step's canonical sequence of kinds (lower first, equal by code).
    takes: what the request names, any of "post", "comment" (named in the request's `post`), "user", "text",
    "group", "product", "amount".
    writes: whether it adds a post row. reads: what it answers with, "posts" or "users", "" for nothing.
    moderates: whether it belongs to the platform's moderation, which no rule set offers to everybody.
    judges: whether its own check decides what a suspended account may do; else the door does.
    """

    name: ClassVar[str]
    code: ClassVar[int]
    label: ClassVar[str]
    order: ClassVar[int] = 50
    takes: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[bool] = False
    reads: ClassVar[str] = ""
    moderates: ClassVar[bool] = False
    judges: ClassVar[bool] = False

    @abstractmethod
    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        """Return an Outcome code uint8[A] per request (0 = may be applied); duplicates inside the batch included.

        Changes nothing. If it raises, its requests are refused as FAULT and the run goes on.
        """

    @abstractmethod
    def apply(self, world: World, batch: ActionBatch) -> Done:
        """Apply requests that passed `check`, all at once, to the world at step `world.step`.

        It must not fail: what could go wrong belongs into `check`. If it raises, the step is given up.
        """

    def answer(self, world: World, batch: ActionBatch) -> Answer:
        """Return what requests of a reading action are answered with. Computed on demand; changes nothing."""
        return Answer.nothing(len(batch))
