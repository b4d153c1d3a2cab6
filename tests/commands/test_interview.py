"""`manage.py interview`: answers from users of a run, which stays as it was."""

from __future__ import annotations

from typing import Any

import pytest

from simapp.models import Probe, Run
from tests.commands.test_simulation_commands import last_json, manage
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run() -> Run:
    return finish(make(busy("rumour", "feed.preset=chronological"), steps=3))


def row_of(run: Run) -> dict[str, Any]:
    return Run.objects.values().get(pk=run.pk)


def test_users_are_asked_and_the_run_stays_as_it_was(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    before = row_of(run)
    asked = ["interview", run.pk, "--users", "1,3-4", "--prompt", "What do you think?", "--step", "2", "--json"]
    assert manage(*asked) == 0
    first = last_json(capsys)
    assert (first["run"], first["step"], first["prompt"]) == (run.pk, 2, "What do you think?")
    assert [said["user"] for said in first["answers"]] == [1, 3, 4]
    assert all("between −1 and 1" in said["response"] for said in first["answers"])
    assert manage(*asked, "--threads", "2") == 0
    assert last_json(capsys)["answers"] == first["answers"], "asked again, they say the same"
    assert row_of(run) == before
    assert manage("replay", run.pk, "--json") == 0
    assert last_json(capsys)["equal"] is True


def test_a_person_reads_the_answers_line_by_line(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert manage("interview", run.pk, "--users", "5", "--prompt", "Are you in a group?") == 0
    assert "user 5: I am in no group." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["999999", "--users", "1", "--prompt", "Well?"], "999999"),
        (["{run}", "--users", "one", "--prompt", "Well?"], "users"),
        (["{run}", "--users", "120", "--prompt", "Well?"], "users"),
        (["{run}", "--users", "", "--prompt", "Well?"], "users"),
        (["{run}", "--users", "1", "--prompt", " "], "prompt"),
        (["{run}", "--users", "1", "--prompt", "Well?", "--step", "4"], "step"),
        (["{run}", "--users", "1", "--prompt", "Well?", "--step", "x"], "--step"),
        (["{run}", "--users", "1", "--prompt", "Well?", "--threads", "0"], "--threads"),
        (["{queued}", "--users", "1", "--prompt", "Well?"], "begun"),
    ],
)
def test_wrong_input_is_one_sentence_with_code_2(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run, queued = make(), make().pk
    Run.objects.filter(pk=run.pk).update(step=3)
    assert manage("interview", *(a.format(run=run.pk, queued=queued) for a in arguments), "--json") == 2
    out, err = capsys.readouterr()
    assert (out, "Traceback" in err) == ("", False)
    assert named in err
    assert not Probe.objects.exists()


def test_what_cannot_be_answered_has_code_1(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("simapp.runs.snapshot_files.newest_good", lambda _run, upto: None)
    monkeypatch.setattr("simapp.runs.past.digest_at", lambda _run, _step: b"\1" * 32)
    assert manage("interview", run.pk, "--users", "1", "--prompt", "Well?", "--step", "2") == 1
    assert "came out differently" in capsys.readouterr().err
