"""Users in an order that a column of numbers gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simapp.store.people import by_number, by_value


@given(
    values=st.lists(st.sampled_from([0.0, 1.0, 1.0, -2.0, float("nan"), 5.0]), min_size=1, max_size=40),
    down=st.booleans(),
    most=st.integers(1, 7),
)
def test_pages_by_value_hold_everybody_once_in_order_and_equals_by_number(
    values: list[float], down: bool, most: int
) -> None:
    array = np.array(values, np.float32)
    seen: list[int] = []
    while part := by_value(array, after=seen[-1] if seen else None, down=down, most=most):
        seen += part
    back: list[int] = [seen[-1]]
    while part := by_value(array, after=back[-1], down=down, back=True, most=most):
        back += part
    assert back == seen[::-1]
    ranks = np.nan_to_num(-array if down else array, nan=np.inf)
    assert seen == np.lexsort((np.arange(len(values)), ranks)).tolist()


def test_numbers_go_up_and_down() -> None:
    assert by_number(5, most=3) == [0, 1, 2]
    assert by_number(5, after=2, most=3) == [3, 4]
    assert by_number(5, down=True, most=2) == [4, 3]
    assert by_number(5, after=1, down=True, most=9) == [0]


@given(
    users=st.lists(st.integers(0, 39), min_size=1, max_size=20, unique=True),
    values=st.lists(st.sampled_from([0.0, 1.0, 5.0, float("nan")]), min_size=40, max_size=40),
    down=st.booleans(),
    most=st.integers(1, 7),
)
def test_pages_of_some_users_are_those_of_all_without_the_others(
    users: list[int], values: list[float], down: bool, most: int
) -> None:
    among = np.array(sorted(users), np.int32)
    array = np.array(values, np.float32)
    for page in (lambda **what: by_value(array, **what), lambda **what: by_number(40, **what)):
        everybody = page(down=down, most=40)
        seen: list[int] = []
        while part := page(among=among, after=seen[-1] if seen else None, down=down, most=most):
            seen += part
        assert seen == [user for user in everybody if user in set(users)]
