"""`manage.py replies`: a study with models leaves one installation as a file and is run on another without a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simapp.models import CachedReply, QuestionBatch, ReplyFile, Run
from simapp.scenarios.yaml_text import write_yaml
from tests.commands.test_simulation_commands import last_json, manage
from tests.runs.small import finish, make
from tests.runs.test_thinking import thinking
from tests.runs.thinking import Away, Oracle, answered

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["answered"]


def test_a_study_goes_out_and_in_and_comes_out_the_same_without_a_model(
    answered: Callable[[Any], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(Oracle())
    run = finish(make(thinking(), steps=3))
    file, study = tmp_path / "study.replies.zst", tmp_path / "study.yaml"
    study.write_text(write_yaml(run.scenario_version.document))
    assert manage("replies", "export", run.pk, "--out", file, "--json") == 0
    said = last_json(capsys)
    assert (said["run"], said["digest"], said["seed"]) == (run.pk, run.digest_hex, 7)
    assert said["bytes"] == file.stat().st_size
    assert manage("replies", "forget-prompts", run.pk) == 0
    assert not QuestionBatch.objects.filter(asked__isnull=False).exists()

    CachedReply.objects.all().delete()
    answered(Away())
    assert manage("replies", "import", file, "--json") == 0
    assert last_json(capsys)["digest"] == run.digest_hex
    asked = ["simulate", study, "--seed", "7", "--steps", "3", "--answers", "cache", "--json"]
    assert manage(*asked) == 0
    assert last_json(capsys)["digest"] == run.digest_hex
    assert Run.objects.order_by("pk").last().replies_from == ReplyFile.objects.get()
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["export", "999999", "--out", "{out}"], "999999"),
        (["export", "one", "--out", "{out}"], "'one'"),
        (["export", "{run}"], "--out"),
        (["export", "{run}", "--out", "{out}"], "No model answered"),
        (["export", "{run}", "--out", "{folder}"], "exists already"),
        (["export", "{run}", "--out", "{folder}/no/such/place"], "cannot be made"),
        (["import", "{folder}/nothing"], "cannot be read"),
        (["import", "{folder}/people.csv"], "line 1"),
        (["import", "{folder}/people.csv", "--out", "{out}"], "--out"),
        (["forget-prompts", "999999"], "999999"),
    ],
)
def test_wrong_input_is_one_sentence_with_code_2(
    arguments: list[str], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "people.csv").write_text("user,name\n")
    run = make(steps=1)
    Run.objects.filter(pk=run.pk).update(step=0)
    places = {"run": run.pk, "folder": tmp_path, "out": tmp_path / "out.zst"}
    assert manage("replies", *(argument.format(**places) for argument in arguments)) == 2
    said = capsys.readouterr().err.strip()
    assert named in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "out.zst").exists()
