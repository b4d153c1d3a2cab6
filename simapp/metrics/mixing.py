"""Edges by the sides of their ends: what the E-I index, assortativity and modularity are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph


def mix_of(graph: Graph, sides: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return float64[k, k]: weight of edges from side i to side j; an undirected edge counts half each way.

    Edges with an end without a side (-1) are left out. k: the largest side + 1.
    """
    k = int(sides.max(initial=-1)) + 1
    one, other = sides[graph.source], sides[graph.target]
    known = (one >= 0) & (other >= 0)
    place = one[known].astype(np.int64) * k + other[known]
    mix: NDArray[np.float64] = np.zeros(k * k)
    mix += np.bincount(place, weights=graph.weight[known], minlength=k * k)
    mix = mix.reshape(k, k)
    return mix if graph.directed else (mix + mix.T) / 2.0


def ei(mix: NDArray[np.float64]) -> float | None:
    """Return (E - I) / (E + I); None without an edge."""
    total, inside = float(mix.sum()), float(np.trace(mix))
    return (total - 2.0 * inside) / total if total > 0 else None


def modularity(mix: NDArray[np.float64]) -> float | None:
    """Return sum of e_ii - a_i b_i, e shares of edges, a and b its row and column sums; None without an edge."""
    total = float(mix.sum())
    if total <= 0:
        return None
    share = mix / total
    return float(np.trace(share) - share.sum(axis=1) @ share.sum(axis=0))


def assortativity(mix: NDArray[np.float64]) -> float | None:
    """Return (sum e_ii - sum a_i b_i) / (1 - sum a_i b_i); None without an edge or with one side only."""
    total = float(mix.sum())
    if total <= 0:
        return None
    share = mix / total
    by_chance = float(share.sum(axis=1) @ share.sum(axis=0))
    return (float(np.trace(share)) - by_chance) / (1.0 - by_chance) if by_chance < 1.0 - 1e-12 else None


def of_largest(files: Files) -> tuple[Graph, NDArray[np.int32]]:
    """Return the undirected largest component and the sides int32[n] of its nodes."""
    graph, kept = files.network.largest
    return graph, files.camps[kept]


def shuffled_mixes(
    files: Files, purpose: str, graph: Graph, sides: NDArray[np.int32]
) -> list[NDArray[np.float64]]:
    """Return the mixes of `files.draws` graphs whose sides are shuffled over the nodes that have one."""
    known = np.flatnonzero(sides >= 0)
    found = []
    for order in files.shuffles(purpose, sides[known]):
        moved = sides.copy()
        moved[known] = order
        found.append(mix_of(graph, moved))
    return found
