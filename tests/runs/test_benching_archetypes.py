"""The archetype tier on the real path: the loop, the feeds and the door, with replies stood in for."""

from __future__ import annotations

import pytest

from agents.archetypes.contexts import CONTEXTS
from simapp.engine.core.errors import WrongInput
from simapp.runs.benching_decide import bench_decide


def test_model_calls_do_not_grow_with_the_users_and_threads_do_not_show() -> None:
    few, many, again = (
        bench_decide("archetype", users=users, seed=1, threads=threads, steps=1)
        for users, threads in ((300, 1), (1200, 1), (1200, 2))
    )
    assert few["model_calls"] == many["model_calls"] == 6 * (CONTEXTS + 1) * 4
    assert many["decisions"] == 4 * few["decisions"] == 2 * 1200
    assert many["digest"] == again["digest"] != few["digest"]
    assert many["cpu_ms_per_decision"] > 0
    assert many["tokens_unshared"] * many["decisions"] / many["model_calls"] < 250


@pytest.mark.parametrize(
    ("tier", "users", "says"), [("archetype", 1, "--users"), ("horoscope", 100, "--tier is 'horoscope'")]
)
def test_what_cannot_be_measured_is_refused(tier: str, users: int, says: str) -> None:
    with pytest.raises(WrongInput, match=says):
        bench_decide(tier, users=users, seed=1, threads=1)
