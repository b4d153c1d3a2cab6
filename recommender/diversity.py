"""Lists chosen one post after the other, each by what it adds to those before it.

relevant float64[K] in [0, 1] of one list; text int32[K] rows of vectors int8[T, D] (-1 none), lengths float64[T]
squared. Both choices fill order int64[W] with places of the list, W <= K, and value float64[W] with what each
choice added, which never rises along the order.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

LEAST = 1e-6  # what is left of a text that is the same as one before it


@njit(cache=True, nogil=True)
def _cosine(a: Any, b: Any, vectors: Any, lengths: Any) -> Any:
    if a < 0 or b < 0:
        return 0.0
    both = lengths[a] * lengths[b]
    if both == 0.0:
        return 0.0
    dot = np.int32(0)
    for j in range(vectors.shape[1]):
        dot += np.int32(vectors[a, j]) * np.int32(vectors[b, j])
    return dot / math.sqrt(both)


@njit(cache=True, nogil=True)
def relevance(scores: Any, out: Any) -> None:
    """Fill out float64[K] with scores float[K] moved to [0, 1] of their own range; 1 where all are equal."""
    low, high = np.float64(scores[0]), np.float64(scores[0])
    for j in range(out.shape[0]):
        low, high = min(low, np.float64(scores[j])), max(high, np.float64(scores[j]))
    for j in range(out.shape[0]):
        out[j] = (scores[j] - low) / (high - low) if high > low else 1.0


@njit(cache=True, nogil=True)
def mmr(relevant: Any, text: Any, vectors: Any, lengths: Any, balance: Any, order: Any, value: Any) -> None:
    """Maximal marginal relevance (Carbonell & Goldstein 1998, SIGIR): the greatest balance * relevance - (1 -
    balance) * highest cosine to what was chosen before (at least 0). Equal values keep the order of the list."""
    count = relevant.shape[0]
    nearest = np.zeros(count)
    left = np.ones(count, np.bool_)
    for place in range(order.shape[0]):
        best, found = -np.inf, -1
        for j in range(count):
            if left[j]:
                worth = balance * relevant[j] - (1.0 - balance) * nearest[j]
                if worth > best:
                    best, found = worth, j
        order[place], value[place] = found, best
        left[found] = False
        for j in range(count):
            if left[j]:
                nearest[j] = max(nearest[j], _cosine(text[found], text[j], vectors, lengths))


@njit(cache=True, nogil=True)
def dpp(relevant: Any, text: Any, vectors: Any, lengths: Any, theta: Any, order: Any, value: Any) -> None:
    """Greedy choice from a determinantal point process (Chen, Zhang & Zhou 2018, NeurIPS): the greatest theta *
    relevance + (1 - theta) * log of what a text adds to the determinant of the cosines of those chosen
    before."""
    count, wanted = relevant.shape[0], order.shape[0]
    added = np.ones(count)
    rows = np.zeros((wanted, count))
    left = np.ones(count, np.bool_)
    for place in range(wanted):
        best, found = -np.inf, -1
        for j in range(count):
            if left[j]:
                worth = theta * relevant[j] + (1.0 - theta) * math.log(max(added[j], LEAST))
                if worth > best:
                    best, found = worth, j
        order[place], value[place] = found, best
        left[found] = False
        root = math.sqrt(max(added[found], LEAST))
        for j in range(count):
            if left[j]:
                part = _cosine(text[found], text[j], vectors, lengths)
                for i in range(place):
                    part -= rows[i, found] * rows[i, j]
                part /= root
                rows[place, j] = part
                added[j] -= part * part


@njit(cache=True, nogil=True)
def choose_all(
    posts: Any, scores: Any, sources: Any, text: Any, vectors: Any, lengths: Any, most: Any, k: Any, by_dpp: Any,
    weight: Any, out_posts: Any, out_scores: Any, out_sources: Any,
) -> None:  # fmt: skip
    """Choose up to k of the first `most` posts of each list [V, K] by `dpp`, else by `mmr`; outputs [V, K]."""
    for v in range(posts.shape[0]):
        held = 0
        while held < min(posts.shape[1], most) and posts[v, held] >= 0:
            held += 1
        if held == 0:
            continue
        relevant = np.empty(held)
        relevance(scores[v, :held], relevant)
        order, value = np.empty(min(held, k), np.int64), np.empty(min(held, k))
        if by_dpp:
            dpp(relevant, text[v, :held], vectors, lengths, weight, order, value)
        else:
            mmr(relevant, text[v, :held], vectors, lengths, weight, order, value)
        for j in range(order.shape[0]):
            out_posts[v, j] = posts[v, order[j]]
            out_scores[v, j] = value[j]
            out_sources[v, j] = sources[v, order[j]]
