from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simapp.engine.core.follows import Follows

N = 12
edge = st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).filter(lambda e: e[0] != e[1])
edges = st.sets(edge, max_size=50)


def columns(chosen: set[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    listed = list(chosen)
    return np.array([a for a, _ in listed], np.int32), np.array([b for _, b in listed], np.int32)


@given(edges, edges, edges)
def test_changing_edges_gives_the_graph_of_the_resulting_set(start: set, add: set, drop: set) -> None:
    follows = Follows.from_edges(N, *columns(start))
    adding, dropping = add - start, drop & start
    follows.change(columns(adding), columns(dropping))
    truth = (start | adding) - dropping
    assert list(zip(*(c.tolist() for c in follows.edges()), strict=True)) == sorted(truth)
    a, b = np.divmod(np.arange(N * N, dtype=np.int32), N)
    assert follows.has(a.astype(np.int32), b.astype(np.int32)).tolist() == [
        (int(x), int(y)) in truth for x, y in zip(a, b, strict=True)
    ]
    assert follows.followers.tolist() == [sum(1 for _, y in truth if y == u) for u in range(N)]
    assert follows.following.tolist() == [sum(1 for x, _ in truth if x == u) for u in range(N)]
