"""Forces between points in the plane: what is far counts as one (Barnes & Hut 1986, Nature 324:446-449).

The tree is made of points sorted along a Z curve: a cell is a range of them. A cell whose width is less than THETA of
its distance acts as its centre. What a kernel writes for a point depends on that point alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

THETA = 1.2  # ForceAtlas2's own value
_BITS = 16  # per axis of the curve
_LEAF = 8


class Tree(NamedTuple):
    """order int64[N]: points along the curve, whose x, y, mass follow it. Of C cells: lo, hi int32[C] their range of
    points; first, children int32[C] where its parts begin and how many (0: a leaf); width, cx, cy, mass float64[C]."""

    order: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    m: NDArray[np.float64]
    lo: NDArray[np.int32]
    hi: NDArray[np.int32]
    first: NDArray[np.int32]
    children: NDArray[np.int32]
    width: NDArray[np.float64]
    cx: NDArray[np.float64]
    cy: NDArray[np.float64]
    mass: NDArray[np.float64]


@njit(cache=True, nogil=True)
def _codes(x: Any, y: Any, left: Any, low: Any, scale: Any, out: Any) -> None:
    top = np.int64((1 << _BITS) - 1)
    for i in range(x.shape[0]):
        a: Any = min(max(np.int64((x[i] - left) * scale), np.int64(0)), top)
        b: Any = min(max(np.int64((y[i] - low) * scale), np.int64(0)), top)
        code = np.int64(0)
        for bit in range(_BITS):
            code |= ((a >> bit) & 1) << (2 * bit) | ((b >> bit) & 1) << (2 * bit + 1)
        out[i] = code


@njit(cache=True, nogil=True)
def _cells(
    code: Any, x: Any, y: Any, m: Any, side: Any, lo: Any, hi: Any, first: Any, count: Any, width: Any,
    cx: Any, cy: Any, mass: Any, level: Any,
) -> Any:  # fmt: skip
    lo[0], hi[0], level[0], made, at = 0, code.shape[0], 2 * _BITS, 1, 0
    while at < made:
        shift, a, b = level[at], lo[at], hi[at]
        width[at] = side / np.float64(np.int64(1) << np.int64(_BITS - shift // 2))
        count[at] = 0
        # A cell all of whose points lie in one quarter is that quarter.
        while b - a > _LEAF and shift > 0:
            shift -= 2
            first[at], place = made, a
            parts = 0
            for quarter in range(4):
                end = place
                low, top = place, b
                while low < top:
                    middle = (low + top) // 2
                    if (code[middle] >> shift) & 3 <= quarter:
                        low = middle + 1
                    else:
                        top = middle
                end = low
                if end > place:
                    lo[made + parts], hi[made + parts], level[made + parts] = place, end, shift
                    parts += 1
                place = end
            if parts > 1:
                count[at] = parts
                made += parts
                break
            width[at] = side / np.float64(np.int64(1) << np.int64(_BITS - shift // 2))
        at += 1
    for at in range(made - 1, -1, -1):
        sx, sy, sm = 0.0, 0.0, 0.0
        if count[at]:
            for c in range(first[at], first[at] + count[at]):
                sx += cx[c] * mass[c]
                sy += cy[c] * mass[c]
                sm += mass[c]
        else:
            for i in range(lo[at], hi[at]):
                sx += x[i] * m[i]
                sy += y[i] * m[i]
                sm += m[i]
        cx[at], cy[at], mass[at] = sx / sm, sy / sm, sm
    return made


def tree_of(x: NDArray[np.float64], y: NDArray[np.float64], mass: NDArray[np.float64]) -> Tree:
    """Return the tree over points x, y float64[N], N >= 1, of positive mass."""
    n = x.shape[0]
    left, low = float(x.min()), float(y.min())
    side = max(float(x.max()) - left, float(y.max()) - low, 1e-9) * 1.0001
    code = np.empty(n, np.int64)
    _codes(x, y, left, low, (1 << _BITS) / side, code)
    order = np.argsort(code, kind="stable")
    px, py, pm = x[order], y[order], mass[order]
    room = 2 * n + 8
    lo, hi, first, count, level = (np.zeros(room, np.int32) for _ in range(5))
    width, cx, cy, heavy = (np.zeros(room) for _ in range(4))
    made = int(_cells(code[order], px, py, pm, side, lo, hi, first, count, width, cx, cy, heavy, level))
    cells = (column[:made] for column in (lo, hi, first, count, width, cx, cy, heavy))
    return Tree(order, px, py, pm, *cells)


@njit(cache=True, nogil=True)
def repel(
    a: Any, b: Any, strength: Any, order: Any, x: Any, y: Any, m: Any, lo: Any, hi: Any, first: Any, count: Any,
    width: Any, cx: Any, cy: Any, mass: Any, fx: Any, fy: Any,
) -> None:  # fmt: skip
    """Add to fx, fy [order[a .. b - 1]] what pushes those points: strength m_i m_j / distance from every other."""
    stack = np.empty(4 * _BITS + 8, np.int32)
    for i in range(a, b):
        px, py, sx, sy = x[i], y[i], 0.0, 0.0
        stack[0], held = 0, 1
        while held:
            held -= 1
            c = stack[held]
            dx, dy = px - cx[c], py - cy[c]
            d2 = dx * dx + dy * dy
            if width[c] * width[c] < THETA * THETA * d2:
                pull = mass[c] / d2
                sx += dx * pull
                sy += dy * pull
            elif count[c]:
                for child in range(first[c], first[c] + count[c]):
                    stack[held] = child
                    held += 1
            else:
                for j in range(lo[c], hi[c]):
                    if j == i:
                        continue
                    dx, dy = px - x[j], py - y[j]
                    d2 = dx * dx + dy * dy
                    if d2 < 1e-12:
                        # On one spot: apart by their places on the curve, the same way every time.
                        dx, dy, d2 = (1e-3 if i > j else -1e-3), 1e-3 * ((i + j) % 3 - 1), 2e-6
                    pull = m[j] / d2
                    sx += dx * pull
                    sy += dy * pull
        fx[order[i]] += strength * m[i] * sx
        fy[order[i]] += strength * m[i] * sy
