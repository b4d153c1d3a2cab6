"""Closeness of interests."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.embeddings.interests import INTEREST
from recommender.embeddings.quantise import squared_lengths
from recommender.suggest import Acquaintances, Suggester
from simapp.engine.core.world import World


@njit(cache=True, nogil=True)
def _fill(viewers: Any, indptr: Any, users: Any, interest: Any, lengths: Any, out: Any) -> None:
    for v in range(viewers.shape[0]):
        a = interest[viewers[v]]
        for c in range(indptr[v], indptr[v + 1]):
            both = lengths[viewers[v]] * lengths[users[c]]
            dot = np.int32(0)
            b = interest[users[c]]
            for j in range(b.shape[0]):
                dot += np.int32(a[j]) * np.int32(b[j])
            out[c] = dot / np.sqrt(both) if both > 0.0 else 0.0


class Here(Suggester):
    """The cosine of both interests, as a feed that reads texts learns them; 0 where one is unknown."""

    name = "embedding"
    label = "Interests"
    help = "Users who react to the same texts, among those whom one's followees follow."

    def score(self, world: World, met: Acquaintances) -> NDArray[np.float64]:
        out = np.zeros(met.users.shape[0])
        interest = world.extra.get(INTEREST)
        if interest is not None:
            _fill(met.viewers, met.indptr, met.users, interest, squared_lengths(interest), out)
        return out
