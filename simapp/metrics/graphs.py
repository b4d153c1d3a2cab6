"""A graph as metrics look at it, with every shared view of it made at most once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simapp.metrics import graph_passes

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Neighbours(NamedTuple):
    """Sorted rows of an undirected graph: others int32[2 M] of node v stand at start[v] .. start[v + 1] - 1.

    sums float64[2 M]: running sums of the weights along each row.
    """

    start: NDArray[np.int64]
    others: NDArray[np.int32]
    sums: NDArray[np.float64]


@dataclass(frozen=True)
class Graph:
    """A graph of `nodes` nodes with M distinct edges without loops.

    source, target int32[M]: follower -> followee where `directed`; else each pair once, in either order.
    weight float64[M], all 1 unless `weighted`.
    """

    nodes: int
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    weight: NDArray[np.float64]
    directed: bool = True
    weighted: bool = False

    @classmethod
    def of(cls, nodes: int, edges: Any, *, directed: bool = True, weight: Any = None) -> Graph:
        """Return the graph of distinct pairs int[M, 2]; every weight is 1 unless given."""
        ends = np.asarray(edges, np.int32).reshape(-1, 2)
        heavy = np.ones(ends.shape[0]) if weight is None else np.asarray(weight, np.float64)
        return cls(nodes, ends[:, 0].copy(), ends[:, 1].copy(), heavy, directed, weight is not None)

    @cached_property
    def undirected(self) -> Graph:
        """The same without directions: a pair stands once, smaller number first; its weights, if any, add up."""
        low, high = np.minimum(self.source, self.target), np.maximum(self.source, self.target)
        packed, which = np.unique(low.astype(np.int64) << 32 | high, return_inverse=True)
        one, other = (packed >> 32).astype(np.int32), (packed & 0xFFFFFFFF).astype(np.int32)
        weight = np.ones(packed.shape[0])
        if self.weighted:
            weight[:] = np.bincount(which, weights=self.weight)
        return Graph(self.nodes, one, other, weight, False, self.weighted)

    @cached_property
    def component(self) -> NDArray[np.bool_]:
        """Nodes bool[N] of the largest component, directions aside; ties go to the smallest node number."""
        from scipy.sparse import coo_array, csgraph

        ones = np.ones(self.source.shape[0], np.int8)
        matrix = coo_array((ones, (self.source, self.target)), shape=(self.nodes, self.nodes))
        _, label = csgraph.connected_components(matrix, directed=False)
        sizes = np.bincount(label)
        # scipy numbers components by their smallest node, and argmax takes the first.
        return np.asarray(label == int(np.argmax(sizes)))

    @cached_property
    def largest(self) -> tuple[Graph, NDArray[np.int64]]:
        """(undirected graph of the largest component, the original number int64[n] of each of its nodes)."""
        whole, inside = self.undirected, self.component
        number = np.cumsum(inside) - 1
        kept = inside[whole.source]
        source, target = number[whole.source[kept]], number[whole.target[kept]]
        ends, weight = (source.astype(np.int32), target.astype(np.int32)), whole.weight[kept]
        return Graph(int(inside.sum()), *ends, weight, False, self.weighted), np.flatnonzero(inside)

    @cached_property
    def degree(self) -> NDArray[np.int64]:
        """Edges int64[N] at each node, in either direction."""
        ends = np.concatenate([self.source, self.target])
        return np.bincount(ends, minlength=self.nodes).astype(np.int64)

    @cached_property
    def neighbours(self) -> Neighbours:
        """Rows of the undirected graph."""
        graph = self if not self.directed else self.undirected
        one = np.concatenate([graph.source, graph.target]).astype(np.int64)
        other = np.concatenate([graph.target, graph.source]).astype(np.int64)
        packed = one << 32 | other
        order = np.argsort(packed)
        packed, weight = packed[order], np.concatenate([graph.weight, graph.weight])[order]
        counts = np.bincount((packed >> 32).astype(np.int64), minlength=self.nodes)
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        total = np.concatenate([[0.0], np.cumsum(weight)])
        sums = total[1:] - np.repeat(total[start[:-1]], counts)
        return Neighbours(start, (packed & 0xFFFFFFFF).astype(np.int32), sums)

    @cached_property
    def corners(self) -> NDArray[np.int64]:
        """Triangles int64[N] at each node, directions aside; a triangle is at three nodes."""
        rows = self.neighbours
        out = np.zeros(self.nodes, np.int64)
        graph_passes.triangles(rows.start, rows.others, out)
        return out

    def rewired(self, key: Any) -> Graph:
        """Return a random graph of the same degrees (in and out where directed): edges swap their ends.

        Ten tries per edge; a swap that would make a loop or an edge twice is not made (Maslov & Sneppen 2002).
        """
        source, target = self.source.copy(), self.target.copy()
        graph_passes.rewire(source, target, self.directed, np.int64(10 * source.shape[0]), key)
        return Graph(self.nodes, source, target, self.weight, self.directed, self.weighted)
