"""Predicted replies among people who follow each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.candidates import Candidates
from recommender.predicted import Predicted


class Here(Predicted):
    """P(create_comment) where viewer and writer follow each other, 0 elsewhere; of posts and quotes as of reposts."""

    action = "create_comment"
    name = "p-reply-mutual"
    label = "Predicted reply, mutual follow"
    help = "Probability of a comment where viewer and author follow each other; 0 where they do not."

    def of_pairs(self, turn: Turn, candidates: Candidates) -> NDArray[np.float64]:
        follows = turn.world.follows
        viewer = np.repeat(candidates.viewers, np.diff(candidates.indptr))
        writer = turn.board.writer[candidates.rows]
        asked = np.flatnonzero(writer < follows.users)
        asked = asked[follows.has(viewer[asked], writer[asked])]
        asked = asked[follows.has(writer[asked], viewer[asked])]
        mutual = np.zeros(len(candidates))
        mutual[asked] = 1.0
        return super().of_pairs(turn, candidates) * mutual
