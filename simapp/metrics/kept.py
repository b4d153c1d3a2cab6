"""What the pass over follow edges found of each user, kept from step to step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from simapp.metrics.passes import follow_edges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.core.follows import Follows
    from simapp.engine.core.threads import Workers

# Of more users who moved it is not worth finding out whom they concern.
MOVED = 1 / 16


class EdgeRows(NamedTuple):
    """Of N users: means float64[N], counts int32[N, 3] and apart float64[N], as `passes.follow_edges` fills them."""

    means: NDArray[np.float64]
    counts: NDArray[np.int32]
    apart: NDArray[np.float64]


@njit(cache=True, nogil=True, _nrt=False)
def _mark(lo: Any, hi: Any, indptr: Any, followees: Any, moved: Any, stale: Any) -> None:
    for u in range(lo, hi):
        if stale[u]:
            continue
        for e in range(indptr[u], indptr[u + 1]):
            if moved[followees[e]]:
                stale[u] = True
                break


@njit(cache=True, nogil=True, _nrt=False)
def _again(
    lo: Any, hi: Any, stale: Any, indptr: Any, followees: Any, x: Any, means: Any, counts: Any, apart: Any
) -> None:
    for u in range(lo, hi):
        if stale[u]:
            follow_edges(u, u + 1, indptr, followees, x, means, counts, apart)


@dataclass
class KeptEdges:
    """The rows of N users after the last step that was measured.

    A row depends on whom a user follows and on the opinions of both, so it is made anew when one of these changed, by
    the same sum in the same order: what is kept equals what a pass over everything gives, to the bit, and a run that
    was resumed, which begins with nothing kept, measures what one that never stopped does.
    """

    step: int = -1
    edges: int = -1
    x: NDArray[np.float32] | None = None
    found: EdgeRows | None = None
    renewed: int = 0

    def rows(
        self,
        step: int,
        x: NDArray[np.float32],
        follows: Follows,
        added: NDArray[np.int32],
        dropped: NDArray[np.int32],
        workers: Workers,
    ) -> EdgeRows:
        """Return the rows after a step in which `added` users made one follow each and `dropped` ended one.

        `renewed` then says how many rows were made anew. The arrays stay this object's.
        """
        n, indptr, followees = x.shape[0], follows.indptr, follows.followees
        stale = self._stale(step, x, follows, added, dropped)
        if stale is None or self.found is None:
            found = self.found
            if found is None or found.means.shape[0] != n:
                found = EdgeRows(np.empty(n, np.float64), np.zeros((n, 3), np.int32), np.empty(n, np.float64))
            # Every row is written, so what stood there before cannot show.
            rows = found
            workers.run(n, lambda lo, hi: follow_edges(lo, hi, indptr, followees, x, *rows))
            self.found, self.renewed = rows, n
        else:
            moved, rows = x != self.x, self.found
            if moved.any():
                workers.run(n, lambda lo, hi: _mark(lo, hi, indptr, followees, moved, stale))
            workers.run(n, lambda lo, hi: _again(lo, hi, stale, indptr, followees, x, *rows))
            self.renewed = int(np.count_nonzero(stale))
        self.step, self.edges, self.x = step, len(follows), x.copy()
        return rows

    def _stale(
        self, step: int, x: NDArray[np.float32], follows: Follows, added: NDArray[np.int32], dropped: NDArray[np.int32]
    ) -> NDArray[np.bool_] | None:
        """Return users bool[N] whose own part changed; None when everything is to be made anew."""
        if self.x is None or self.step != step - 1 or self.x.shape != x.shape:
            return None
        # Follows that changed without an event would show here.
        if self.edges + added.shape[0] - dropped.shape[0] != len(follows):
            return None
        stale = np.asarray(x != self.x)
        if np.count_nonzero(stale) > MOVED * x.shape[0]:
            return None
        stale[added] = True
        stale[dropped] = True
        return stale
