"""Networks with known answers."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simapp.fidelity.base import Bench
from simapp.fidelity.worlds import Edges, both_ways

KARATE_MEMBERS = 34
_HERE = Path(__file__).parent / "data"
_BLOG_EDGE = re.compile(r"edge\s*\[\s*source\s+(\d+)\s+target\s+(\d+)")
_BLOG_NODE = re.compile(r"node\s*\[\s*id\s+(\d+).*?value\s+(\d)", re.DOTALL)


@cache
def karate_pairs() -> NDArray[np.int32]:
    """Return the 78 friendships int32[78, 2] of a karate club of 34 (Zachary 1977, J. Anthropol. Res. 33, 452)."""
    return np.loadtxt(_HERE / "karate.csv", np.int32, delimiter=",", skiprows=1)


def karate() -> Edges:
    """Return the karate club as follows in both directions."""
    return both_ways(karate_pairs())


def polblogs(bench: Bench) -> tuple[Edges, NDArray[np.int8]]:
    """Return (directed edges int32[M, 2] without loops or repeats, side int8[N] 0 or 1) of the political blogs.

    Adamic & Glance 2005: 1490 blogs before the US election of 2004. Missing where the file is not here.
    """
    text = gzip.decompress(bench.real("polblogs", "polblogs.gml.gz").read_bytes()).decode("utf-8", "replace")
    nodes = np.array(_BLOG_NODE.findall(text), np.int64)
    number = {int(node): row for row, node in enumerate(nodes[:, 0])}
    edges = np.array([(number[int(a)], number[int(b)]) for a, b in _BLOG_EDGE.findall(text)], np.int32)
    edges = np.unique(edges[edges[:, 0] != edges[:, 1]], axis=0)
    return edges, nodes[:, 1].astype(np.int8)


def largest_component(edges: Edges, users: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return (undirected pairs int32[P, 2] of the largest component, renumbered, and its old numbers int64[K])."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    low, high = edges.min(axis=1), edges.max(axis=1)
    pairs = np.unique(np.stack([low, high], axis=1), axis=0)
    ones = np.ones(pairs.shape[0])
    _, label = connected_components(
        coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(users, users)), directed=False
    )
    kept = np.flatnonzero(label == np.bincount(label).argmax())
    number = np.full(users, -1, np.int32)
    number[kept] = np.arange(kept.shape[0], dtype=np.int32)
    inside = number[pairs[:, 0]] >= 0
    return number[pairs[inside]], kept
