"""`manage.py experiment`: a file in, every run done, the differences out."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from simapp.engine.core.errors import WrongInput
from simapp.models import Experiment, Run

pytestmark = pytest.mark.django_db

FILE = """
title: Does an arm that does nothing do anything?
scenario: {scenario}
steps: 3
replicates: 2
first_seed: 3
metrics: [posts_written, opinion_variance]
arms:
  - name: control
  - name: idle
    set: ["feed.k=10"]
  - name: silent
    set: {{population.voice.minimum: 0.000001, population.voice.maximum: 0.00001}}
"""
SCENARIO = """
title: Small town
population: {users: 60, activity: {minimum: 0.9}, voice: {minimum: 0.5, maximum: 1.0}}
network: {kind: watts_strogatz, mean_followees: 4}
feed: {preset: chronological, k: 10}
clock: {steps: 30}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "town.yaml").write_text(SCENARIO, encoding="utf-8")
    path = tmp_path / "experiment.yaml"
    path.write_text(FILE.format(scenario=tmp_path / "town.yaml"), encoding="utf-8")
    return path


def test_an_experiment_runs_headless_and_an_idle_arm_differs_by_exactly_nothing(file: Path) -> None:
    out = io.StringIO()
    call_command("experiment", str(file), "--json", "--threads", "1", stdout=out)
    found = json.loads(out.getvalue().splitlines()[-1])
    assert found["statuses"] == {"finished": 6}
    rows = {(row["metric"], row["arm"]): row for row in found["results"]}
    for metric in ("posts_written", "opinion_variance"):
        idle = rows[metric, "idle"]
        assert (idle["difference"], idle["t_low"], idle["t_high"], idle["p"], idle["d_z"]) == (0.0, 0.0, 0.0, 1.0, None)
    assert rows["posts_written", "silent"]["difference"] < 0
    assert "idle: feed.k=10" in found["methods"]
    runs = list(Run.objects.order_by("pk"))
    assert [run.seed for run in runs] == [3, 3, 3, 4, 4, 4]
    assert runs[0].digest_hex == runs[1].digest_hex != runs[2].digest_hex, "arms share their draws, bit for bit"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("replicates: 2", "replicates: two", "replicates is two"),
        ("replicates: 2", "replicatess: 2", "replicatess is no field of an experiment"),
        ("steps: 3", "steps: 0", "steps is 0"),
        ("- name: idle", "- naem: idle", "Arm 2 must have a name"),
        ("scenario: ", "scenario: no-such-", "neither a gallery scenario"),
        ("posts_written", "posts_writen", "there is no metric of that name"),
    ],
)
def test_wrong_input_is_named_and_nothing_is_made(file: Path, old: str, new: str, said: str) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(WrongInput, match=said):
        call_command("experiment", str(file), stdout=io.StringIO())
    assert not Experiment.objects.exists()
