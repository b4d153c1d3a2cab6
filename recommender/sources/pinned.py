"""Posts of the scenario itself, to be seen by everybody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.moments import newness
from recommender.parameters import Parameter
from recommender.parts import Source
from recommender.select import top_rows
from simapp.engine.core import ids


class Here(Source):
    """One list for all viewers: the newest posts that no user wrote (announcements that the scenario injects).

    Where they stand is up to the scorers: `pinned` among them puts them on top.
    """

    name = "pinned"
    label = "Pinned"
    help = "The newest posts that the scenario itself published, not a user."
    shared = True
    parameters = (
        Parameter("pins", "Pinned posts", "How many are considered.", default=3, low=1, high=20, whole=True),
    )

    def pool(self, turn: Turn) -> NDArray[np.int32]:
        rows = turn.board.originals()
        rows = rows[turn.board.author[rows] == ids.SYSTEM]
        return top_rows(rows, newness(turn)[rows], turn.draws, int(self.params["pins"]))

    def width(self, turn: Turn) -> float:
        return self.params["pins"]
