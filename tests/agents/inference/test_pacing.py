"""Laws of limits and of the breaker."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.inference.endpoint.pacing import Breaker, Window

AMOUNTS = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 30)), max_size=40)


@given(st.integers(1, 60), AMOUNTS)
def test_no_sixty_seconds_hold_more_than_the_limit(limit, asked):
    window, now, sent = Window(limit), 0.0, []
    for amount, later in asked:
        now += later
        for _ in range(1000):
            wait = window.wait(amount, now)
            if wait <= 0:
                break
            now += wait
        window.take(amount, now)
        sent.append((now, amount))
    for at, _ in sent:
        within = [amount for then, amount in sent if at - 60 < then <= at]
        assert sum(within) <= limit or (
            len(within) > 0 and max(within) > limit and sum(within) == max(within)
        )


@given(st.integers(1, 60), AMOUNTS)
def test_whoever_waits_as_long_as_told_gets_a_turn(limit, asked):
    window, now = Window(limit), 0.0
    for amount, later in asked:
        now += later
        rounds = 0
        while (wait := window.wait(amount, now)) > 0:
            now += wait
            rounds += 1
            assert rounds <= len(asked) + 1
        window.take(amount, now)


def test_without_a_limit_nobody_waits_and_nothing_is_kept():
    window = Window(0)
    for _ in range(1000):
        assert window.wait(10**9, 0.0) == 0
        window.settle(window.take(10**9, 0.0), 5)
    assert len(window._taken) == 0


def test_failures_that_were_under_way_together_are_one():
    breaker = Breaker(after=3)
    for question in range(100):
        breaker.failed(question, began=0.0, now=1.0, why="answered 503")
    assert breaker.ready(1.0)
    breaker.failed(1000, began=1.5, now=2.0, why="answered 503")
    breaker.failed(1001, began=2.5, now=3.0, why="answered 503")
    assert not breaker.ready(3.0)
    assert breaker.why == "answered 503"


def test_a_success_makes_failures_forgotten():
    breaker = Breaker(after=2)
    for at in range(10):
        breaker.failed(at, began=at + 0.1, now=at + 0.2, why="x")
        breaker.went_well()
    assert breaker.ready(11.0)


def test_rests_double_up_to_a_bound():
    breaker, now, rests = Breaker(after=1, rest=10, most_rest=60), 0.0, []
    breaker.failed(0, now, now, "gone")
    for _ in range(5):
        began = now
        while not breaker.ready(now):
            now += 1.0
        rests.append(now - began)
        trial = breaker.began()
        assert not breaker.ready(now), "one request at a time"
        breaker.failed(0, 0.0, now, "gone")
        assert breaker.trying, "one that set out before says nothing new"
        breaker.failed(0, now, now, "gone", trial=trial)
    assert rests == [10, 20, 40, 60, 60]
