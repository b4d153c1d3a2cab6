"""`import-users --map`: the command line's door to tables of strangers."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from simapp.engine.core.errors import WrongInput
from simapp.models import Upload

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def _import(file: Path, *named: str) -> tuple[dict[str, object], str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import-users", str(file), map=list(named), json=True, stdout=out, stderr=err)
    return json.loads(out.getvalue().splitlines()[-1]), err.getvalue()


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    file = tmp_path / "panel.csv"
    file.write_text("who,years\nann,30\nbob,old\n")
    return file


def test_named_columns_are_read_and_skipped_parts_reported(panel: Path) -> None:
    found, said = _import(panel, "handle=who", "age=years")
    assert (found["format"], found["users"], found["skipped"]) == ("people", 2, 1)
    assert "row 1: Its age is 'old', not 1 to 120" in said
    assert Upload.objects.get(sha256=found["upload"]).name == "panel.csv"


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        (["handle=whom"], "no column whom; did you mean who"),
        (["hand=who"], "hand is no field; fields are handle"),
        (["age=years"], "No column is called handle"),
        (["handle"], "no FIELD=COLUMN"),
    ],
)
def test_a_wrong_name_is_refused_and_nothing_is_kept(panel: Path, named: list[str], sentence: str) -> None:
    with pytest.raises(WrongInput) as refused:
        _import(panel, *named)
    assert sentence in str(refused.value)
    assert not Upload.objects.exists()
