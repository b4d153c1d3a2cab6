"""Opinions at the two ends of edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph


def ends(graph: Graph, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x at the source and at the target of every edge whose ends both have an opinion (no NaN)."""
    one, other = x[graph.source], x[graph.target]
    known = ~(np.isnan(one) | np.isnan(other))
    return one[known], other[known]


def of_largest(files: Files) -> tuple[Graph, NDArray[np.float64]]:
    """Return the undirected largest component and the opinions float64[n] of its nodes."""
    graph, kept = files.network.largest
    return graph, files.x[kept]


def shuffled(files: Files, purpose: str, x: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Yield `files.draws` orders of the opinions over the nodes that have one."""
    known = np.flatnonzero(~np.isnan(x))
    for order in files.shuffles(purpose, x[known]):
        moved = x.copy()
        moved[known] = order
        yield moved
