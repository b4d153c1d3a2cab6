"""What waits for a browser: in order, once, bounded, and every loss told."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from simapp.live.outbox import Outbox


def taken(box: Outbox) -> list[dict]:
    frame = box.take()
    return [] if frame is None else json.loads(frame)["messages"]


def body(step: int) -> str:
    return json.dumps({"type": "step", "step": step})


def begun(step: int = -1, limit: int = 200) -> Outbox:
    box = Outbox(run_id=5, limit=limit)
    box.put_snapshot(json.dumps({"type": "snapshot"}), step)
    box.take()
    return box


def test_an_empty_outbox_has_nothing_to_take() -> None:
    assert begun().take() is None


def test_the_snapshot_comes_first_and_once() -> None:
    box = Outbox(run_id=5)
    box.put_snapshot(json.dumps({"type": "snapshot"}), 2)
    box.put_step(3, body(3))
    assert [message["type"] for message in taken(box)] == ["snapshot", "step"]
    assert taken(box) == []


def test_a_step_that_the_snapshot_already_shows_is_not_repeated() -> None:
    box = begun(step=4)
    box.put_step(4, body(4))
    assert taken(box) == []


def test_a_missing_step_is_told_as_a_gap() -> None:
    box = begun(step=4)
    box.put_step(8, body(8))
    assert taken(box) == [{"v": 1, "run": 5, "type": "gap", "from": 5, "to": 7}, {"type": "step", "step": 8}]


def test_more_steps_than_the_limit_become_a_gap() -> None:
    box = begun(limit=200)
    for number in range(201):
        box.put_step(number, body(number))
    assert taken(box) == [{"v": 1, "run": 5, "type": "gap", "from": 0, "to": 200}]


def test_only_the_newest_state_is_sent() -> None:
    box = begun()
    for status in ("running", "paused"):
        box.put_state(json.dumps({"type": "state", "status": status}))
    assert taken(box) == [{"type": "state", "status": "paused"}]


@given(
    st.integers(-1, 5),
    st.integers(1, 6),
    st.lists(st.one_of(st.integers(0, 40), st.none()), max_size=60),
)
def test_every_step_is_told_once_in_order_as_itself_or_in_a_gap(
    start: int, limit: int, arrivals: list[int | None]
) -> None:
    """None stands for a send; numbers arrive in any order, repeated and with holes."""
    box = begun(start, limit)
    told: list[int] = []
    largest = start
    for arrival in [*arrivals, None]:
        if arrival is not None:
            box.put_step(arrival, body(arrival))
            largest = max(largest, arrival)
            continue
        messages = taken(box)
        assert len(messages) <= limit + 1
        for message in messages:
            told += (
                [message["step"]]
                if message["type"] == "step"
                else list(range(message["from"], message["to"] + 1))
            )
    assert told == list(range(start + 1, largest + 1))
