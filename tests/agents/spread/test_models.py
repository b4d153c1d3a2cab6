"""Published models of spread on networks small enough to be worked out by hand; shares go through the door."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agents.spread import registry
from agents.spread.base import SpreadModel
from agents.spread.seiz import PAIRS, STATES, Seiz
from agents.spread.sir import Sir
from simapp.engine.core.population import SeedPost
from simapp.engine.core.streams import Streams
from simapp.fidelity.cascades import spreading
from simapp.fidelity.worlds import assemble
from simapp.scenarios.parts.minds import Minds

CHAIN = np.array([(1, 0), (2, 1), (3, 2)], np.int32)  # 3 follows 2 follows 1 follows 0


def spread(settings: dict[str, Any], edges: Any = CHAIN, users: int = 4, *, steps: int = 6, posts: int = 1) -> Any:
    seeds = [SeedPost(0, f"post {n}", 0, None, 0.0) for n in range(posts)]
    simulation = assemble(spreading(users, settings), 1, edges=edges, seeds=seeds)
    for _ in range(steps):
        simulation.step()
    return simulation.world


def test_every_spread_model_of_a_scenario_is_a_file() -> None:
    for name in registry.names():
        minds = Minds.model_validate({"spread": {"kind": name}})
        model = registry.build(name, minds.spread.model_dump(exclude={"kind"}))
        assert isinstance(model, SpreadModel)
    assert registry.build("feed", {}) is None
    with pytest.raises(KeyError, match="known: hawkes, independent_cascade"):
        registry.load("gossip")


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "independent_cascade", "chance": 1.0},
        {"kind": "sir", "beta": 1.0, "gamma": 1.0},
        {"kind": "linear_threshold", "threshold": 1.0},
        {"kind": "seiz", "beta": 100.0, "p": 1.0, "b": 0.0},
    ],
)
def test_a_certain_share_goes_down_the_chain_one_hop_a_step(settings: dict[str, Any]) -> None:
    minutes = 60 if settings["kind"] == "seiz" else 1
    simulation = assemble(
        spreading(4, settings, clock={"minutes_per_step": minutes}), 1, edges=CHAIN,
        seeds=[SeedPost(0, "post", 0, None, 0.0)],
    )  # fmt: skip
    for step in range(1, 5):
        simulation.step()
        posts = simulation.world.posts
        assert posts.size[0] == min(step, 3) + 1
    assert posts.author.tolist() == [0, 1, 2, 3]
    if settings["kind"] != "seiz":
        assert posts.depth.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["independent_cascade", "sir", "linear_threshold"])
def test_what_cannot_be_passed_on_is_not(name: str) -> None:
    never = {"independent_cascade": {"chance": 0.0}, "sir": {"beta": 0.0}, "linear_threshold": {"threshold": 1.0}}
    apart = np.array([(1, 0), (1, 2), (2, 3)], np.int32)  # half of what 1 follows shares
    assert spread({"kind": name, **never[name]}, apart).posts.size[0] == 1


def test_the_appeal_of_a_post_is_its_chance_where_none_is_given() -> None:
    edges = np.array([(u, 0) for u in range(1, 2000)], np.int32)
    seeds = [SeedPost(0, "post", 0, None, 0.25)]
    simulation = assemble(spreading(2000, {"kind": "independent_cascade"}), 1, edges=edges, seeds=seeds)
    simulation.step()
    assert simulation.world.posts.size[0] / 2000 == pytest.approx(0.25, abs=0.04)


def test_a_follower_has_one_chance_per_share_however_long_one_waits() -> None:
    edges = np.array([(u, 0) for u in range(1, 500)], np.int32)
    settings = {"kind": "independent_cascade", "chance": 0.3}
    assert spread(settings, edges, 500, steps=1).posts.size[0] == spread(settings, edges, 500, steps=8).posts.size[0]


def test_delays_are_log_normal_around_their_median() -> None:
    edges = np.array([(u, 0) for u in range(1, 3000)], np.int32)
    world = spread({"kind": "independent_cascade", "chance": 1.0, "delay": 10, "sigma": 1.0}, edges, 3000, steps=40)
    delay = world.posts.step[1:]
    assert (delay <= 10).sum() / 2999 == pytest.approx(0.5, abs=0.04)
    assert (delay <= 27).sum() / 2999 == pytest.approx(0.84, abs=0.04)


def test_strangers_meet_the_post_with_the_chance_to_go_beyond() -> None:
    nobody = np.zeros((0, 2), np.int32)
    world = spread({"kind": "independent_cascade", "chance": 1.0, "beyond": 0.5}, nobody, 2000, steps=3)
    assert world.posts.size[0] / 2000 == pytest.approx(0.5, abs=0.05)
    assert world.posts.max_depth[0] == 1


def test_infectious_times_are_geometric() -> None:
    many = np.arange(20_000)
    steps = Sir(gamma=0.25).infectious_steps(many.astype(np.int32), many, Streams(3))
    assert steps.min() == 1
    assert steps.mean() == pytest.approx(4.0, abs=0.12)
    assert (Sir(gamma=1.0).infectious_steps(many.astype(np.int32), many, Streams(3)) == 1).all()


def test_silent_states_are_kept_with_the_world_and_sceptics_never_share() -> None:
    edges = np.array([(u, 0) for u in range(1, 300)], np.int32)
    settings = {"kind": "seiz", "beta": 30.0, "p": 0.0, "rho": 0.0, "epsilon": 0.0, "b": 0.0, "sceptics": 0.4}
    world = spread(settings, edges, 300, steps=30)
    states = world.extra[STATES]
    assert world.posts.size[0] == 1
    assert (states == 2).sum() / 300 == pytest.approx(0.4, abs=0.1)
    assert states.shape[0] == 299
    assert (np.diff(world.extra[PAIRS]) > 0).all()


def test_the_rumour_indicator_is_flow_in_over_flow_out() -> None:
    assert Seiz(beta=1.0, b=1.0, rho=0.5, epsilon=0.5, p=0.5, l=0.5).rumour_indicator == 1.0
    assert Seiz(rho=0.0, epsilon=0.0).rumour_indicator == float("inf")


def test_self_excitement_brings_forth_n_shares_per_post() -> None:
    settings = {"kind": "hawkes", "mu": 0.0, "n": 0.5, "decay": 60.0}
    world = spread(settings, np.zeros((0, 2), np.int32), 500, steps=60, posts=300)
    assert world.posts.size[world.posts.kind == 0].mean() == pytest.approx(2.0, abs=0.35)


def test_a_user_who_only_spreads_says_nothing_else() -> None:
    world = spread({"kind": "independent_cascade", "chance": 1.0})
    assert set(world.posts.kind.tolist()) == {0, 1}


def test_spread_does_not_depend_on_how_work_is_cut() -> None:
    edges = np.array([(u, (u * 7 + d) % 200) for u in range(200) for d in range(1, 6)], np.int32)
    edges = edges[edges[:, 0] != edges[:, 1]]
    digests = set()
    for threads, batch in ((1, 16_384), (2, 13)):
        simulation = assemble(
            spreading(200, {"kind": "independent_cascade", "chance": 0.25}), 5,
            edges=edges, threads=threads, batch=batch,
            seeds=[SeedPost(u, f"post {u}", 0, None, 0.0) for u in range(20)],
        )  # fmt: skip
        for _ in range(6):
            simulation.step()
        digests.add(simulation.digest)
    assert len(digests) == 1
