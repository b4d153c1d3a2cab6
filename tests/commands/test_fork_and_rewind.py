"""`fork` and `rewind` as a person types them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simapp.models import Run, RunInput, ScenarioVersion
from tests.commands.test_simulation_commands import manage
from tests.runs.small import finish, make

pytestmark = pytest.mark.django_db(transaction=True)


def result(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_an_unchanged_fork_ends_with_the_digest_of_its_parent(capsys: pytest.CaptureFixture[str]) -> None:
    run = finish(make(steps=8))
    assert manage("fork", run.pk, "--at", 3, "--json") == 0
    found = result(capsys)
    assert (found["digest"], found["steps"], found["events"]) == (run.digest_hex, 8, run.events)
    assert (found["parent"], found["at"], found["status"]) == (run.pk, 3, "finished")
    assert found["run"] != run.pk
    assert manage("replay", found["run"], "--json") == 0
    assert result(capsys)["equal"] is True


def test_a_fork_takes_changes_a_seed_a_length_and_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    run = finish(make(steps=6))
    given = ["--set", "feed.preset=reddit-hot", "--set", "minds.rates.like=0.5", "--seed", 9, "--steps", 9]
    assert manage("fork", run.pk, "--at", 3, *given, "--title", "what if", "--json") == 0
    found = result(capsys)
    assert found["digest"] != run.digest_hex
    made = Run.objects.get(pk=found["run"])
    assert (made.step, made.seed, made.title, made.fork_step) == (9, 9, "what if", 3)
    document = made.scenario_version.document
    assert (document["feed"]["preset"], document["minds"]["rates"]["like"]) == ("reddit-hot", 0.5)
    assert run.scenario_version.document["feed"]["preset"] != "reddit-hot"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--at", "7"], "at is 7"),
        (["--at", "3", "--set", "population.users=90"], "population.users cannot change in a fork"),
        (["--at", "3", "--set", "feed.nonsense=9"], "feed.nonsense"),
        (["--at", "3", "--set", "feed"], "path=value"),
        (["--at", "3", "--steps", "3"], "steps is 3"),
        (["--at", "3", "--seed", "-3"], "seed is -3"),
        (["--at", "3", "--threads", "0"], "--threads"),
    ],
)
def test_a_fork_that_cannot_be_is_refused_with_one_sentence_and_nothing_is_written(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = finish(make(steps=6))
    before = [table.objects.count() for table in (Run, ScenarioVersion, RunInput)]
    assert manage("fork", run.pk, *arguments, "--json") == 2
    said = capsys.readouterr()
    assert named in said.err
    assert "Traceback" not in said.err
    assert not said.out
    assert [table.objects.count() for table in (Run, ScenarioVersion, RunInput)] == before


def test_a_rewound_run_is_resumed_to_the_same_end(capsys: pytest.CaptureFixture[str]) -> None:
    run = finish(make(steps=8))
    assert manage("rewind", run.pk, "--to", 3, "--json") == 0
    found = result(capsys)
    assert (found["run"], found["steps"], found["status"]) == (run.pk, 3, "paused")
    assert Run.objects.get(pk=found["archived"]).digest_hex == run.digest_hex
    assert manage("resume", run.pk, "--json") == 0
    assert result(capsys)["digest"] == run.digest_hex


@pytest.mark.parametrize(("to", "code", "named"), [("9", 2, "to is 9"), ("8", 1, "nothing to take off")])
def test_a_rewind_that_cannot_be_is_refused(
    to: str, code: int, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = finish(make(steps=8))
    assert manage("rewind", run.pk, "--to", to, "--json") == code
    assert named in capsys.readouterr().err
    run.refresh_from_db()
    assert (run.step, run.rewinds) == (8, 0)
