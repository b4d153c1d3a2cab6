"""A plugin begins as one file that works and one test that passes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from simapp.engine.core.errors import WrongInput
from simapp.management.plugin_templates import TEMPLATES

ROOT = Path(settings.BASE_DIR)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A place with the folders of the project."""
    for template in TEMPLATES.values():
        for folder in (template.folder, template.tests):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    return tmp_path


def newplugin(kind: str, name: str, into: Path) -> dict:
    out = io.StringIO()
    call_command("newplugin", kind, name, into=str(into), json=True, stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


@pytest.mark.parametrize("kind", sorted(TEMPLATES))
def test_what_is_written_keeps_the_house_rules_and_is_named_like_its_file(kind: str, project: Path) -> None:
    made = newplugin(kind, "my-thing", project)
    text, test = (project / path for path in made["files"])
    assert (text.name, test.name) == ("my_thing.py", f"test_{kind}_my_thing.py")
    assert "class Here" in text.read_text()
    assert f'"{made["name"]}"' in text.read_text()
    checked = subprocess.run(
        # Whose imports are whose shows only in the whole project.
        [sys.executable, "-m", "ruff", "check", "--ignore=I001", "--config", ROOT / "pyproject.toml", *made["files"]],
        cwd=project, capture_output=True, text=True,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


def test_every_kind_works_and_its_test_passes(tmp_path: Path) -> None:
    """In a copy of the code, for the registries look into the folders themselves."""
    for folder in ("recommender", "agents", "simapp/engine", "simapp/metrics", "simapp/scenarios", "tests/recommender"):
        copied = tmp_path / folder
        copied.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-r", str(ROOT / folder), str(copied)], check=True)
    for name in ("simapp/__init__.py", "tests/__init__.py"):
        if (ROOT / name).exists():
            (tmp_path / name).write_text("")
    for folder in ("tests/engine", "tests/agents", "tests/metrics"):
        (tmp_path / folder).mkdir(parents=True)
    tests = [newplugin(kind, "my-thing", tmp_path)["files"][1] for kind in TEMPLATES]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:django", "--import-mode=importlib",
         "-o", "addopts=", "-c", "/dev/null", "--rootdir", str(tmp_path), *tests],
        cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert f"{len(TEMPLATES)} passed" in ran.stdout


@pytest.mark.parametrize("name", ["My-Thing", "1st", "a--b", "../x", "", "x" * 61, "class", "a b"])
def test_a_name_that_cannot_be_a_file_is_refused(name: str, project: Path) -> None:
    with pytest.raises(WrongInput, match="name is"):
        newplugin("scorer", name, project)
    assert not list((project / "recommender/scorers").iterdir())


def test_nothing_is_overwritten(project: Path) -> None:
    newplugin("scorer", "my-thing", project)
    (project / "recommender/scorers/my_thing.py").write_text("mine")
    with pytest.raises(WrongInput, match="there already"):
        newplugin("scorer", "my_thing", project)
    assert (project / "recommender/scorers/my_thing.py").read_text() == "mine"
