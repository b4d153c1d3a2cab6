"""Actions that read: they change nothing, and answer whoever asked.

They come first in a step, so that they are answered from the world as it stood when the step began; moderation
and muting of the same step show in the next one. An answer is computed when somebody wants it; the step
itself only finds out whether there is anything.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import outcomes
from simapp.engine.actions.base import Action, Answer, Done
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World

MOST = 20  # results that a search gives
ORDER = 1


class Reading(Action):
    """Asks for a list of posts or users."""

    order = ORDER

    @abstractmethod
    def find(self, world: World, batch: ActionBatch, most: int) -> Answer:
        """Return at most `most` results for each request, best first."""

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        mute = batch.text < 0 if "text" in self.takes else np.zeros(len(batch), np.bool_)
        found = np.diff(self.find(world, batch, 1).indptr)
        return outcomes(batch, (Outcome.NO_TEXT, mute), (Outcome.NOTHING_FOUND, found == 0))

    def apply(self, world: World, batch: ActionBatch) -> Done:
        return Done(np.full(len(batch), -1, np.int64))

    def answer(self, world: World, batch: ActionBatch) -> Answer:
        return self.find(world, batch, MOST)
