"""The fidelity suite as people run it, and what it says of each check."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from simapp.engine.core.errors import WrongInput
from simapp.fidelity import statistics
from simapp.fidelity.base import Bench, Missing
from simapp.fidelity.facts import Fact, judged_facts, tail_exponent
from simapp.fidelity.registry import all_checks
from simapp.management.base import CommandError
from simapp.management.commands.fidelity import table

KEYS = ("name", "expected", "measured", "tolerance", "verdict", "source")


def fidelity(**options: object) -> dict:
    out = io.StringIO()
    call_command("fidelity", json=True, stdout=out, stderr=io.StringIO(), **options)
    return json.loads(out.getvalue().splitlines()[-1])


def test_no_check_fails_and_each_says_what_was_expected_measured_and_where_from() -> None:
    found = fidelity(fast=True, processes=2)
    rows = found["checks"]
    assert [row["name"] for row in rows] == list(all_checks())
    assert all(set(KEYS) <= set(row) for row in rows)
    assert {row["verdict"] for row in rows} <= {"pass", "fail", "reported", "skipped"}
    assert not [row["name"] for row in rows if row["verdict"] == "fail"]
    assert sum(row["verdict"] == "pass" for row in rows) >= 20
    for row in rows:
        assert row["expected"]
        assert row["source"]
        assert row["remark"] if row["verdict"] == "skipped" else row["measured"], row["name"]


def test_one_check_runs_alone_and_twice_alike() -> None:
    first, second = (fidelity(only=["degroot_consensus"])["checks"] for _ in range(2))
    assert [row["name"] for row in first] == ["degroot_consensus"]
    assert {k: v for k, v in first[0].items() if k != "seconds"} == {
        k: v for k, v in second[0].items() if k != "seconds"
    }


def test_another_seed_measures_something_else() -> None:
    one, two = (fidelity(only=["social_judgement"], seed=seed)["checks"][0]["measured"] for seed in ("1", "2"))
    assert one != two


def test_an_unknown_check_a_bad_seed_and_a_missing_folder_are_wrong_input() -> None:
    with pytest.raises(WrongInput, match="no check 'degroott'; known: determinism"):
        fidelity(only=["degroott"])
    with pytest.raises(WrongInput, match="--seed is 'x'"):
        fidelity(only=["degroot_consensus"], seed="x")
    with pytest.raises(WrongInput, match="--data is 'nowhere'"):
        fidelity(only=["degroot_consensus"], data="nowhere")
    with pytest.raises(WrongInput, match="--processes is 0"):
        fidelity(only=["degroot_consensus"], processes=0)


def test_a_check_that_fails_ends_with_exit_code_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from simapp.fidelity.checks import degroot_consensus

    monkeypatch.setattr(degroot_consensus, "CONSENSUS", 0.5)
    with pytest.raises(CommandError, match=r"1 fail.*degroot_consensus") as failure:
        fidelity(only=["degroot_consensus"])
    assert failure.value.returncode == 1


def test_a_check_whose_data_are_not_here_is_skipped_and_says_which(tmp_path: Path) -> None:
    row = fidelity(only=["real_curve"], data=str(tmp_path))["checks"][0]
    assert row["verdict"] == "skipped"
    assert "oasis-propagation/false_business_0.json" in row["remark"]
    with pytest.raises(Missing, match="--data"):
        Bench(1).real("polblogs")


def test_the_table_names_verdict_expectation_and_finding() -> None:
    row = dict.fromkeys((*KEYS, "remark"), "x") | {"name": "urn", "verdict": "pass", "seconds": 1.0, "remark": ""}
    lines = table([row])
    assert lines[0].startswith("pass      urn")
    assert [line.split()[0] for line in lines[1:]] == ["expected", "measured", "tolerance", "source"]


def test_a_fact_that_is_missed_is_reported_and_not_failed() -> None:
    held, missed = Fact("a", 0.5, 0, 1), Fact("b", 3.0, 0, 1)
    assert judged_facts([held], "here").verdict == "pass"
    found = judged_facts([held, missed, Fact("c", None, 0, 1)], "here")
    assert found.verdict == "reported"
    assert "missed: b, c" in found.remark
    assert "too few to tell" in found.measured


def test_camps_are_counted_by_gap_and_mass() -> None:
    x = np.concatenate([np.full(90, 0.1), np.full(8, 0.5), np.full(2, 0.9)])
    assert statistics.clusters(x, gap=0.01) == 3
    assert statistics.clusters(x, gap=0.01, mass=0.05) == 2
    assert statistics.clusters(x, gap=1.0) == 1


def test_inequality_of_known_shares() -> None:
    assert statistics.gini(np.ones(5)) == pytest.approx(0.0)
    assert statistics.gini(np.array([0, 0, 0, 1])) == pytest.approx(0.75)
    assert np.isnan(statistics.gini(np.zeros(3)))
    assert statistics.top_share(np.array([1, 1, 1, 1, 6]), 0.2) == pytest.approx(0.6)


def test_the_exponent_of_a_power_law_is_found() -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    sizes = np.floor(0.5 + 1.5 * (1 - u) ** (-1 / 1.3)).astype(int)
    exponent, gain = tail_exponent(sizes)
    assert exponent == pytest.approx(2.3, abs=0.1)
    assert gain > 0
    assert tail_exponent(np.ones(100, int)) == (None, None)
