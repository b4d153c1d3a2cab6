"""diffusion_bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics import graph_passes, pairs
from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, against

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.core.streams import Streams
    from simapp.metrics.files import Files
    from simapp.metrics.graphs import Graph

RATE, STARTS = 0.1, 500
PURPOSE = "measure/diffusion"


class Here(OnDemand):
    """Whether what starts at users of one leaning reaches users of that leaning."""

    name, label, group = "diffusion_bias", "Diffusion bias", "exposure"
    formula = (
        "Pearson correlation of x_i with the mean x of whom a contagion begun at i reaches, i left out, over up to"
        " 500 starts i, drawn without repetition from the nodes of the whole graph that have an opinion, and one"
        " contagion each: whoever has it passes it once over each edge with probability 0.1, from followee to"
        " follower (either way where undirected): SIR that recovers at once"
    )
    range = (-1.0, 1.0)
    direction = "1 every leaning spreads among its own, 0 no relation"
    edge_cases = (
        "nodes without an opinion pass it on but are not in the mean; starts that reach nobody with an opinion are"
        " left out; missing with fewer than 3 left or when either side is constant (means within 1e-12)"
    )
    null = "opinions shuffled over all nodes that have one, the same contagions"
    reference = "Cinelli et al. 2021, PNAS 118:e2023301118 (there with SIR at several rates)"
    cost = "O(500 reached edges), once"
    exactness = "a Monte Carlo figure: standard error about (1 - r^2)/sqrt(500) over starts"
    reads = ("graph", "opinions")

    def score(self, files: Files) -> Score:
        reached = contagions(files.network, files.streams, np.flatnonzero(~np.isnan(files.x)))
        null = (bias(reached, order) for order in pairs.shuffled(files, self.name, files.x))
        return against(bias(reached, files.x), null)


def contagions(
    graph: Graph, streams: Streams, starts: NDArray[np.int64]
) -> list[tuple[int, NDArray[np.int32]]]:
    """Return (start, whom it reached, without itself) for up to STARTS of the given nodes, drawn by their number."""
    order = np.argsort(streams.bits(PURPOSE, user=starts), kind="stable")[:STARTS]
    # Attention flows from the followee to the follower.
    one, other = graph.target, graph.source
    if not graph.directed:
        one, other = np.concatenate([one, other]), np.concatenate([other, one])
    row = np.argsort(one, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(one, minlength=graph.nodes))])
    listeners = other[row]
    found = []
    for node in starts[np.sort(order)]:
        queue = np.empty(graph.nodes, np.int32)
        count = graph_passes.spread(start, listeners, node, RATE, streams.key(PURPOSE, int(node)), queue)
        found.append((int(node), queue[1:count].copy()))
    return found


def bias(reached: list[tuple[int, NDArray[np.int32]]], x: NDArray[np.float64]) -> float | None:
    """Return the correlation of starts with the mean opinion of whom they reached; None as the edge cases say."""
    own, theirs = [], []
    for node, others in reached:
        known = x[others][~np.isnan(x[others])]
        if known.shape[0]:
            own.append(x[node])
            theirs.append(known.mean())
    if len(own) < 3 or np.ptp(own) == 0 or np.ptp(theirs) < 1e-12:
        return None
    return float(np.corrcoef(own, theirs)[0, 1])
