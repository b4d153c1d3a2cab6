"""The one real curve: OASIS's measure, the baselines, and the scenario with and without the real people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simapp.fidelity.base import Bench
from simapp.fidelity.propagation import (
    COUNTS,
    MINUTES,
    SCENARIO,
    Case,
    errors,
    mean_curve,
    real_case,
    simulated,
    star,
    without_counts,
)
from simapp.fidelity.worlds import assemble
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.importers.people import read_people

FLAT = {"scale": np.full(MINUTES, 10.0), "depth": np.full(MINUTES, 2.0), "max_breadth": np.full(MINUTES, 8.0)}


def test_the_error_is_root_mean_square_over_the_real_maximum() -> None:
    off = {name: curve.copy() for name, curve in FLAT.items()}
    off["scale"] += 5.0
    off["depth"][: MINUTES // 2] = 0.0
    assert errors(off, FLAT) == pytest.approx([0.5, np.sqrt(0.5), 0.0])


def test_a_star_reaches_all_followers_in_the_first_minute_and_nobody_else() -> None:
    curves = star(Case(b"", FLAT, 50, 20))
    assert (curves["scale"][0], curves["scale"][1], curves["scale"][-1]) == (1, 21, 21)
    assert curves["depth"].max() == 1
    assert curves["max_breadth"][-1] == 20


def test_the_synthetic_twin_runs_without_any_file_and_grows_to_its_users() -> None:
    simulation = assemble(get_gallery(SCENARIO), 3)
    for _ in range(60):
        simulation.step()
    posts = simulation.world.posts
    assert posts.size[0] > 40
    assert posts.size[0] <= 111
    assert 1 <= posts.max_depth[0] <= 8


def test_hourly_counts_are_left_out_of_the_people_of_the_study() -> None:
    head = f"user_id,name,username,following_agentid_list,previous_tweets,user_char,description,{COUNTS}"
    kept = without_counts(f'{head}\n0,a,a,[],[],x,x,"[1]"\n'.encode()).decode()
    assert COUNTS not in kept
    assert read_people(kept.encode(), name="people.csv").users == 1


def test_the_real_case_is_read_as_it_is_documented(shared_data: Path) -> None:
    case = real_case(Bench(1, data=shared_data))
    assert (case.users, case.followers) == (111, 73)
    assert case.real["scale"][[0, 10]].tolist() == [1, 51]
    assert case.real["depth"].max() == 2
    curves = simulated(case, 4)
    assert all(np.diff(curve).min() >= 0 for curve in curves.values())
    assert curves["scale"][0] == 1
    assert curves["scale"][-1] <= 111


def test_the_mean_curve_predicts_shares_of_the_users(shared_data: Path) -> None:
    curves = mean_curve(Bench(1, data=shared_data), 111)
    assert 0 < curves["scale"][1] < curves["scale"][-1] < 111
    assert 2 < curves["depth"][-1] < 4
