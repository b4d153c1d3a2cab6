"""Nobody is shown what a muted author wrote or reposted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Board, Turn
from recommender.candidates import Candidates
from recommender.parts import PairFilter
from simapp.engine.core.world import World


class Here(PairFilter):
    """Takes out posts and reposts by muted authors, and anybody's reposts of what they wrote."""

    name = "muted"
    label = "Muted authors"
    help = "Posts by authors whom the viewer has muted, also when somebody else reposted them."

    def prepare(self, world: World, board: Board) -> None:
        """Note who mutes anybody at all: most viewers need no look-up."""
        muters = np.zeros(len(world.users), np.bool_)
        if world.mute_count:
            pairs, flags = world.mutes.items()
            muters[(pairs[(flags & 1) != 0] >> 32)] = True
        board.tables["muters"] = muters

    def drop(self, turn: Turn, candidates: Candidates, keep: NDArray[np.bool_]) -> None:
        muters = turn.board.tables["muters"][candidates.viewers]
        if not muters.any():
            return
        per_viewer = np.diff(candidates.indptr)
        asked = np.flatnonzero(np.repeat(muters, per_viewer))
        viewer = np.repeat(candidates.viewers, per_viewer)[asked]
        rows = candidates.rows[asked]
        board, world = turn.board, turn.world
        muted = world.author_muted(viewer, board.author[rows])
        muted |= world.author_muted(viewer, board.writer[rows])
        keep[asked[muted]] = False
