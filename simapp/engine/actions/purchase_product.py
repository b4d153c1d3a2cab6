"""purchase_product."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions._targets import outcomes
from simapp.engine.actions.base import Action, Done
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World


class Here(Action):
    """Buy one or more units of a product that is on sale. You can buy the same product again."""

    name, code, label, order = "purchase_product", 65, "Buy", 76
    takes = ("product", "amount")

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        return outcomes(
            batch,
            (Outcome.UNKNOWN_PRODUCT, ~world.products.known(batch.item)),
            (Outcome.NOT_POSITIVE, batch.amount <= 0),
        )

    def apply(self, world: World, batch: ActionBatch) -> Done:
        world.products.sell(batch.item, batch.amount)
        return Done(np.full(len(batch), -1, np.int64))
