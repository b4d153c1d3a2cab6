"""Item neighbours: who liked this also liked that.

The closeness of two items is the cosine of their columns, |both| / sqrt(|one| |other|); each item keeps its K
closest; a user's score for an item is the sum of its closeness to those of its neighbours that the user reacted
to (Sarwar et al. 2001, WWW; the "cosine, top K" form that Deshpande & Karypis 2004 evaluate for rankings).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.collaborative.table import Table

NEIGHBOURS = 50


@dataclass(frozen=True)
class Neighbours:
    """Per item those that keep it as a neighbour: `items[indptr[i]:indptr[i + 1]]` int32 with closeness float64."""

    indptr: NDArray[np.int64]
    items: NDArray[np.int32]
    closeness: NDArray[np.float64]


@njit(cache=True, nogil=True)
def _nearest(
    user_ptr: Any, user_items: Any, item_ptr: Any, item_users: Any, places: Any, near: Any, close: Any, held: Any
) -> None:
    items = item_ptr.shape[0] - 1
    both = np.zeros(items, np.int64)
    met = np.empty(items, np.int32)
    for j in range(items):
        count = 0
        for e in range(item_ptr[j], item_ptr[j + 1]):
            u = item_users[e]
            for f in range(user_ptr[u], user_ptr[u + 1]):
                i = user_items[f]
                if both[i] == 0:
                    met[count] = i
                    count += 1
                both[i] += 1
        size = 0
        mine = np.float64(item_ptr[j + 1] - item_ptr[j])
        for m in range(count):
            i = met[m]
            common = both[i]
            both[i] = 0
            if i == j:
                continue
            value = common / np.sqrt(mine * np.float64(item_ptr[i + 1] - item_ptr[i]))
            # Equal closeness: the item of the lower number, which says nothing about it but does not hang on the
            # order met.
            last = size - 1
            if size == places and (value < close[j, last] or (value == close[j, last] and i > near[j, last])):
                continue
            if size < places:
                size += 1
            at = size - 1
            while at > 0 and (close[j, at - 1] < value or (close[j, at - 1] == value and near[j, at - 1] > i)):
                close[j, at], near[j, at] = close[j, at - 1], near[j, at - 1]
                at -= 1
            close[j, at], near[j, at] = value, i
        held[j] = size


def fit(table: Table, neighbours: int = NEIGHBOURS) -> Neighbours:
    """Find every item's closest `neighbours`."""
    turned = table.turned()
    places = max(1, min(neighbours, table.count))
    near = np.zeros((table.count, places), np.int32)
    close = np.zeros((table.count, places))
    held = np.zeros(table.count, np.int64)
    _nearest(table.indptr, table.items, turned.indptr, turned.items, places, near, close, held)
    kept = np.arange(places)[None, :] < held[:, None]
    of = np.repeat(np.arange(table.count), held)
    order = np.lexsort((of, near[kept]))
    indptr = np.zeros(table.count + 1, np.int64)
    np.cumsum(np.bincount(near[kept], minlength=table.count), out=indptr[1:])
    return Neighbours(indptr, of[order].astype(np.int32), close[kept][order])


@njit(cache=True, nogil=True)
def add_up(history: Any, indptr: Any, items: Any, closeness: Any, scores: Any) -> None:
    """Add the scores of one user, who reacted to history int32[h] (ascending), to scores float64[I]."""
    for h in range(history.shape[0]):
        i = history[h]
        for e in range(indptr[i], indptr[i + 1]):
            scores[items[e]] += closeness[e]
