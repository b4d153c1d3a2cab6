from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.core import ids
from simapp.engine.core.pairmap import PairMap

pairs = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), max_size=40)
changes = st.lists(
    st.tuples(st.sampled_from(["set", "clear"]), st.sampled_from([1, 2, 128]), pairs), max_size=12
)


def packed(chosen: list[tuple[int, int]]) -> np.ndarray:
    return ids.pair([a for a, _ in chosen], [b for _, b in chosen]).reshape(-1)


@settings(max_examples=60)
@given(changes, st.integers(0, 60))
def test_the_table_holds_what_a_dictionary_would(history: list, cut: int) -> None:
    table, truth = PairMap(), {}
    for what, bit, chosen in history:
        getattr(table, what)(packed(chosen), bit)
        for key in packed(chosen).tolist():
            truth[key] = (truth.get(key, 0) | bit) if what == "set" else (truth.get(key, 0) & ~bit)
    asked = packed([(a, b) for a in range(41) for b in range(61)])
    assert table.get(asked).tolist() == [truth.get(key, 0) for key in asked.tolist()]
    assert len(table) == sum(1 for flags in truth.values() if flags)

    again = PairMap.from_items(*table.items())
    assert again.get(asked).tolist() == table.get(asked).tolist()

    table.drop_below(cut)
    left = [truth.get(key, 0) if (key & 0xFFFFFFFF) >= cut else 0 for key in asked.tolist()]
    assert table.get(asked).tolist() == left


def test_items_are_the_same_whatever_order_they_came_in() -> None:
    keys = np.arange(5000, dtype=np.int64) * 7919
    forward, backward = PairMap(), PairMap()
    forward.set(keys, 1)
    for part in np.array_split(keys[::-1], 17):
        backward.set(part, 1)
    assert all(np.array_equal(a, b) for a, b in zip(forward.items(), backward.items(), strict=True))
