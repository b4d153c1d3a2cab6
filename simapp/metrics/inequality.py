"""How unequally counts are spread over users: exactly, from a table of how many users have each count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Inequality(NamedTuple):
    """gini in 0 .. 1 - 1/n; top1, top10: share of the total that the highest 1 % and 10 % have; theil in 0 .. ln n."""

    gini: float
    top1: float
    top10: float
    theil: float


def inequality(counts: NDArray[Any]) -> Inequality | None:
    """Return the figures of counts int[n] >= 0, those of 0 included; None without anybody or when all are 0."""
    if not counts.shape[0] or not int(counts.max()):
        return None
    # Where counts are small the table is short; a huge one is sorted instead.
    if int(counts.max()) < 4 * counts.shape[0] + 1024:
        people = np.bincount(counts)
        values = np.flatnonzero(people).astype(np.int64)
        people = people[values]
    else:
        values, people = np.unique(counts.astype(np.int64), return_counts=True)
    n, amounts = int(people.sum()), values * people
    total = int(amounts.sum())
    after = np.cumsum(people)
    # Gini = sum (2 i - n - 1) x_(i) / (n sum x): the ranks i of equal counts sum to people * (first + last) / 2.
    ranks = 2 * after - people + 1
    weighted = ((ranks - n - 1).astype(np.float64) * amounts).sum()
    return Inequality(
        gini=max(0.0, float(weighted) / (n * total)),
        top1=_top(values, people, total, n, 0.01),
        top10=_top(values, people, total, n, 0.10),
        theil=max(0.0, _theil(values, people, total, n)),
    )


def _top(values: NDArray[np.int64], people: NDArray[np.int64], total: int, n: int, share: float) -> float:
    """What the highest ceil(share * n) have; of those who tie at the edge as many as there is room for."""
    room = int(np.ceil(share * n - 1e-9))
    above = np.minimum(np.cumsum(people[::-1]), room)
    taken = np.diff(above, prepend=0)
    return float((taken * values[::-1]).sum() / total)


def _theil(values: NDArray[np.int64], people: NDArray[np.int64], total: int, n: int) -> float:
    had = values > 0
    ratio = values[had] * (n / total)
    return float((people[had] * ratio * np.log(ratio)).sum() / n)
