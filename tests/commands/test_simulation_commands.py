"""The commands as a person types them: exit codes, one sentence, one line of JSON, nothing half-written."""

from __future__ import annotations

import importlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from simapp.models import Audit, Export, Run, RunInput, Scenario, ScenarioVersion, Upload
from simapp.runs import leases
from tests.runs.small import BUSY, busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = [f"--set={change}" for change in BUSY]
WRITTEN = (Run, RunInput, Upload, Scenario, ScenarioVersion, Export, Audit)


def manage(name: str, *arguments: object) -> int:
    command = importlib.import_module(f"simapp.management.commands.{name}").Command()
    try:
        command.run_from_argv(["manage.py", name, *map(str, arguments)])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def written() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in WRITTEN}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "people.json").write_text(json.dumps([person(i) for i in range(12)]))
    (tmp_path / "object.json").write_text('{"realname": "x"}')
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00\x00 not text")
    (tmp_path / "broken.yaml").write_text("title: [")
    (tmp_path / "nul.yaml").write_text('title: "a\\0b"\n')
    (tmp_path / "list.yaml").write_text("- 1\n- 2\n")
    (tmp_path / "surrogate.json").write_text('{"title": "\\ud800"}')
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    return tmp_path


def person(i: int) -> dict[str, Any]:
    return {
        "realname": f"Person {i}", "username": f"person{i}", "bio": "b", "persona": "p", "age": 30 + i,
        "gender": "female", "mbti": "INTJ", "country": "UK", "profession": "", "interested_topics": [],
    }  # fmt: skip


WRONG = {
    "no such scenario": ("simulate", ["nowhere"], "nowhere"),
    "a folder as scenario": ("simulate", ["full"], "full"),
    "yaml that is none": ("simulate", ["broken.yaml"], "line"),
    "a scenario that is a list": ("simulate", ["list.yaml"], ""),
    "a character that no database holds": ("simulate", ["nul.yaml"], "title"),
    "half a character": ("simulate", ["surrogate.json"], "title"),
    "a path that does not exist": ("simulate", ["rumour", "--set", "population.size=3"], "population.size"),
    "an assignment that is none": ("simulate", ["rumour", "--set", "population"], "path=value"),
    "a value of another kind": ("simulate", ["rumour", "--set", "population.users=many"], "population.users"),
    "no users": ("simulate", ["rumour", "--set", "population.users=0"], "population.users"),
    "a metric that is none": ("simulate", ["rumour", "--set", "metrics=[mood]"], "metrics: unknown metric 'mood'"),
    "a metric that no step has": ("simulate", ["rumour", "--set", "metrics=[rwc]"], "computed on demand"),
    "a negative number of steps": ("simulate", ["rumour", "--steps", "-3"], "steps"),
    "no steps": ("simulate", ["rumour", "--steps", "0"], "steps"),
    "too many steps": ("simulate", ["rumour", "--steps", "9999999"], "steps"),
    "steps that are no number": ("simulate", ["rumour", "--steps", "ten"], "--steps"),
    "a negative seed": ("simulate", ["rumour", "--seed", "-1"], "seed"),
    "a seed too large": ("simulate", ["rumour", "--seed", str(2**63)], "seed"),
    "no threads": ("simulate", ["rumour", "--users", "people.json", "--threads", "0"], "--threads"),
    "no batch": ("simulate", ["rumour", "--users", "people.json", "--batch", "-4"], "--batch"),
    "people and a wrong seed": ("simulate", ["rumour", "--users", "people.json", "--seed", "-1"], "seed"),
    "people and wrong steps": ("simulate", ["rumour", "--users", "people.json", "--steps", "0"], "steps"),
    "a file of people that is missing": ("simulate", ["rumour", "--users", "nobody.csv"], "nobody.csv"),
    "a folder of people": ("simulate", ["rumour", "--users", "full"], "full"),
    "people in an object": ("simulate", ["rumour", "--users", "object.json"], "list of users"),
    "an author whom the file does not have": (
        "simulate",
        [
            "rumour", "--users", "people.json", "--set",
            'interventions=[{"kind": "inject_post", "at": 2, "author": 50, "text": "x", "topic": "work"}]',
        ],
        "interventions.0.author",
    ),
    "an import of nothing": ("import-users", ["nobody.csv"], "nobody.csv"),
    "an import of an empty file": ("import-users", ["empty.csv"], "empty"),
    "an import of bytes": ("import-users", ["bytes.csv"], "UTF-8"),
    "a replay of no run": ("replay", ["999999"], "999999"),
    "a replay of a huge number": ("replay", [str(10**30)], str(10**30)),
    "a replay of a word": ("replay", ["first"], "run"),
    "a resume of no run": ("resume", ["999999"], "999999"),
    "a fork of no run": ("fork", ["999999", "--at", "3"], "999999"),
    "a fork at no step": ("fork", ["1"], "--at"),
    "a fork at a word": ("fork", ["1", "--at", "noon"], "--at"),
    "a rewind of no run": ("rewind", ["999999", "--to", "3"], "999999"),
    "a rewind to no step": ("rewind", ["1"], "--to"),
    "an export of no run": ("export", ["999999", "--format", "csv", "--out", "new"], "999999"),
    "an export in no format": ("export", ["1", "--format", "xml", "--out", "new"], "--format"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_input_is_one_sentence_with_code_2_and_writes_nothing(
    name: str, files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(files)
    command, arguments, named = WRONG[name]
    before, there = written(), sorted(files.rglob("*"))
    assert manage(command, *arguments, "--json") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert named in err
    assert written() == before
    assert sorted(files.rglob("*")) == there


@pytest.fixture
def run() -> Run:
    return finish(make(steps=3))


@pytest.mark.parametrize(
    ("command", "arguments", "named"),
    [
        ("replay", ["{run}", "--threads", "0"], "--threads"),
        ("replay", ["{run}", "--batch", "-5"], "--batch"),
        ("resume", ["{run}"], "finished"),
        ("resume", ["{paused}", "--threads", "-1"], "--threads"),
        ("export", ["{run}", "--format", "csv", "--out", "full"], "--out"),
        ("export", ["{run}", "--format", "csv", "--out", "new", "--legacy-reposts"], "--legacy-reposts"),
        ("export", ["{run}", "--format", "csv", "--out", "full/x"], "--out"),
        ("export", ["{run}", "--format", "csv", "--out", "full/x/below"], "--out"),
        ("export", ["{run}", "--format", "csv", "--out", "/proc/nowhere/new"], "--out"),
        ("export", ["{run}", "--format", "csv", "--out", "y" * 300], "--out"),
        ("export", ["{paused}", "--format", "csv", "--out", "new"], "no steps"),
        ("replay", ["{paused}"], "no steps"),
    ],
)  # fmt: skip
def test_wrong_input_about_a_run_leaves_it_as_it_was(
    command: str,
    arguments: list[str],
    named: str,
    run: Run,
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(files)
    paused = make()
    Run.objects.filter(pk=paused.pk).update(wanted="pause", status="paused")
    before, there = list(Run.objects.order_by("pk").values()), sorted(files.rglob("*"))
    assert manage(command, *(a.format(run=run.pk, paused=paused.pk) for a in arguments), "--json") == 2
    out, err = capsys.readouterr()
    assert (out, "Traceback" in err) == ("", False)
    assert named in err
    assert list(Run.objects.order_by("pk").values()) == before
    assert sorted(files.rglob("*")) == there


def last_json(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    out = capsys.readouterr().out
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def test_a_run_is_simulated_replayed_and_exported(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(files)
    arguments = [
        "simulate",
        "rumour",
        "--users",
        "people.json",
        "--seed",
        "7",
        "--steps",
        "4",
        *SMALL[1:],
        "--json",
    ]
    assert manage(*arguments) == 0
    first = last_json(capsys)
    assert {"run", "steps", "users", "events", "digest", "seconds", "stages"} <= set(first)
    assert (first["users"], first["steps"]) == (12, 4)
    assert manage(*arguments, "--threads", "2", "--batch", "5") == 0
    assert last_json(capsys)["digest"] == first["digest"]
    assert manage("replay", first["run"], "--json") == 0
    assert last_json(capsys)["equal"] is True
    assert manage("export", first["run"], "--format", "oasis", "--out", "new/deep", "--json") == 0
    assert last_json(capsys)["out"] == "new/deep"
    with sqlite3.connect(files / "new" / "deep" / f"{first['run']}.db") as database:
        assert database.execute("SELECT count(*) FROM user").fetchone() == (12,)


def test_a_replay_that_differs_gives_its_result_and_code_1(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE run_step SET digest = %s WHERE run_id = %s AND step = 2", [bytes(32), run.pk])
    assert manage("replay", run.pk, "--json") == 1
    assert last_json(capsys)["differs_at"] == 2


def test_a_run_that_fails_has_code_1_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("simapp.store.writer.write_step", broken)
    assert manage("simulate", "rumour", "--steps", "2", *SMALL, "--json") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "a defect" in err


def test_a_run_that_had_to_pause_has_code_1_and_says_what_it_waits_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        # Else it would wait for room: it is asked to pause meanwhile.
        Run.objects.update(wanted="pause")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("simapp.store.parquet.write_step_files", full)
    assert manage("simulate", "rumour", "--steps", "2", *SMALL, "--json") == 1
    assert "disk" in capsys.readouterr().err


def test_ctrl_c_in_a_resume_pauses_the_run_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make()

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("simapp.store.writer.write_step", interrupted)
    assert manage("resume", run.pk) == 1
    run.refresh_from_db()
    assert (run.status, run.wanted, run.lease_until) == ("paused", "pause", None)
    assert f"resume {run.pk}" in capsys.readouterr().err


def test_a_resume_leaves_a_run_alone_that_another_worker_owns(capsys: pytest.CaptureFixture[str]) -> None:
    run = make()
    assert leases.take(run.pk, "somebody") is not None
    Run.objects.filter(pk=run.pk).update(wanted="stop")
    assert manage("resume", run.pk) == 1
    run.refresh_from_db()
    assert (run.wanted, run.owner_name) == ("stop", "somebody")
    assert "another worker" in capsys.readouterr().err


def test_two_command_lines_at_once_do_not_spoil_the_third(capsys: pytest.CaptureFixture[str]) -> None:
    # Both found no scenario of the command line and made one.
    for _ in range(2):
        Scenario.objects.create(slug="command-line", title="Command line", archived=True)
    assert make(busy("rumour", "population.users=77")).scenario_version.number == 1


def test_a_resume_of_a_run_that_was_told_to_stop_stops_it(capsys: pytest.CaptureFixture[str]) -> None:
    run = make()
    Run.objects.filter(pk=run.pk).update(wanted="stop")
    assert manage("resume", run.pk, "--json") == 0
    assert last_json(capsys)["status"] == "stopped"


def test_a_database_that_does_not_answer_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("connection refused\n\tIs the server running?")

    monkeypatch.setattr("simapp.runs.replaying.replay", away)
    assert manage("replay", finish(make(steps=1)).pk) == 1
    assert capsys.readouterr().err == "The database does not answer: connection refused\n"
