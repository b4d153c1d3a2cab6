from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simapp.engine.core.posts import Posts


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60)), max_size=30))
def test_the_window_is_the_tail_of_everything_that_was_written(history: list[tuple[int, int]]) -> None:
    posts, written, base = Posts(capacity=2), [], 0
    for count, evict in history:
        keys = list(range(len(written), len(written) + count))
        serials = posts.append(key=np.array(keys, np.int64), likes=np.array(keys, np.int32) * 2)
        assert serials.tolist() == keys
        written += keys
        posts.evict_before(evict)
        base = max(base, min(evict, len(written)))
        assert posts.base == base
        assert posts.key.tolist() == written[base:]
        assert posts.likes.tolist() == [k * 2 for k in written[base:]]
        rows = posts.row(np.arange(-1, len(written) + 1))
        assert rows.tolist() == [-1] + [s - base if s >= base else -1 for s in range(len(written))] + [-1]
    again = Posts.from_arrays(posts.to_arrays())
    assert (again.base, again.key.tolist()) == (posts.base, posts.key.tolist())
