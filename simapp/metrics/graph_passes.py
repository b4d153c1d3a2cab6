"""Compiled walks over graphs: triangles, breadth-first search, rewiring.

Integers throughout; each is a serial pass in the order of nodes or edges.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from simapp.engine.core.pairmap import find
from simapp.engine.core.streams import draw, draw_bits, mix

_EMPTY = np.int64(-1)


@njit(cache=True, nogil=True)
def triangles(start: Any, others: Any, out: Any) -> None:
    """Add to out int64[N] the triangles at each node; rows start int64[N + 1], others int32[2 M] are sorted."""
    for u in range(out.shape[0]):
        for e in range(start[u], start[u + 1]):
            v = others[e]
            if v <= u:
                continue
            i, j = e + 1, start[v]
            while i < start[u + 1] and j < start[v + 1]:
                a, b = others[i], others[j]
                if a == b:
                    if a > v:
                        out[u] += 1
                        out[v] += 1
                        out[a] += 1
                    i += 1
                    j += 1
                elif a < b:
                    i += 1
                else:
                    j += 1


@njit(cache=True, nogil=True)
def distances(start: Any, others: Any, root: Any, out: Any, queue: Any) -> Any:
    """Fill out int32[N] with the steps from `root` (-1: not reached); return the largest. queue int32[N]."""
    out[:] = -1
    out[root] = 0
    queue[0] = root
    head, tail, far = 0, 1, 0
    while head < tail:
        u = queue[head]
        head += 1
        far = out[u]
        for e in range(start[u], start[u + 1]):
            v = others[e]
            if out[v] < 0:
                out[v] = far + 1
                queue[tail] = v
                tail += 1
    return far


@njit(cache=True, nogil=True)
def pick(among: Any, key: Any, out: Any) -> None:
    """Fill out int64[W] with members of int64[K], each equally likely; the i-th draws for user i, item -1."""
    for i in range(out.shape[0]):
        out[i] = among[int(draw(key, i, -1) * among.shape[0])]


@njit(cache=True, nogil=True)
def walks(start: Any, others: Any, sums: Any, begins: Any, ends: Any, key: Any, out: Any) -> None:
    """Walk from each of begins int64[W] until a node with ends int8[N] > 0, and put that into out int8[W].

    sums float64[2 M]: running sums of weights along each row, by which the next node is drawn. In a connected graph
    with an end every walk ends.
    """
    for i in range(begins.shape[0]):
        node, step = begins[i], 0
        while ends[node] == 0:
            lo, hi = start[node], start[node + 1]
            wanted = draw(key, i, step) * sums[hi - 1]
            first = lo
            while lo < hi - 1:
                middle = (lo + hi - 1) // 2
                if sums[middle] > wanted:
                    hi = middle + 1
                else:
                    lo = middle + 1
            node = others[max(lo, first)]
            step += 1
        out[i] = ends[node]


@njit(cache=True, nogil=True)
def spread(start: Any, listeners: Any, root: Any, rate: Any, key: Any, queue: Any) -> Any:
    """Fill queue int32[N] with whom a contagion from `root` reaches, itself first; return how many they are.

    Each edge from whom it reached is tried once, with probability `rate`; the draw is named by the two ends.
    """
    reached = np.zeros(queue.shape[0], np.bool_)
    reached[root], queue[0] = True, root
    head, tail = 0, 1
    while head < tail:
        u = queue[head]
        head += 1
        for e in range(start[u], start[u + 1]):
            v = listeners[e]
            if not reached[v] and draw(key, u, v) < rate:
                reached[v] = True
                queue[tail] = v
                tail += 1
    return tail


@njit(cache=True, nogil=True)
def _drop(table: Any, edge: Any) -> None:
    """Take an edge out of a hash table; what was pushed on by it moves back, so no gap stays in a row."""
    mask = np.uint64(table.shape[0] - 1)
    gap = find(table, edge)
    table[gap] = _EMPTY
    at = (gap + np.uint64(1)) & mask
    while table[at] != _EMPTY:
        home = mix(np.uint64(table[at])) & mask
        if ((at - home) & mask) >= ((at - gap) & mask):
            table[gap] = table[at]
            table[at] = _EMPTY
            gap = at
        at = (at + np.uint64(1)) & mask


@njit(cache=True, nogil=True)
def _packed(a: Any, b: Any, directed: Any) -> Any:
    if not directed and a > b:
        a, b = b, a
    return np.int64(a) << np.int64(32) | np.int64(b)


@njit(cache=True, nogil=True)
def rewire(source: Any, target: Any, directed: Any, tries: Any, key: Any) -> None:
    """Swap ends of randomly chosen pairs of edges int32[M] in place, `tries` times; degrees stay as they are.

    key uint64 from `Streams.key`: the i-th try draws for user i.
    """
    m = np.int64(source.shape[0])
    bits = 3
    while (1 << bits) < 3 * m:
        bits += 1
    table = np.full(1 << bits, _EMPTY, np.int64)
    for j in range(m):
        edge = _packed(source[j], target[j], directed)
        table[find(table, edge)] = edge
    for i in range(tries):
        e = np.int64(draw_bits(key, i, 0) % np.uint64(m))
        f = np.int64(draw_bits(key, i, 1) % np.uint64(m))
        a, b, c, d = source[e], target[e], source[f], target[f]
        if not directed and draw_bits(key, i, 2) & np.uint64(1):
            c, d = d, c
        if a == d or c == b or e == f:
            continue
        one, two = _packed(a, d, directed), _packed(c, b, directed)
        if one == two or table[find(table, one)] == one or table[find(table, two)] == two:
            continue
        _drop(table, _packed(a, b, directed))
        _drop(table, _packed(c, d, directed))
        table[find(table, one)] = one
        table[find(table, two)] = two
        source[e], target[e], source[f], target[f] = a, d, c, b
