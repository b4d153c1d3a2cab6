"""Rules of the house that a tool can check: layers, lint, size of files, no paths of one machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OURS = ("simapp", "recommender", "agents", "tests", "docs", "docker", "templates", "static", ".ci")
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".cfg",
    ".ini",
    ".yml",
    ".yaml",
    ".html",
    ".css",
    ".js",
    ".sh",
    ".json",
    "",
}
USUAL_LINES, TEST_LINES, MOST_LINES = 300, 400, 450

# Files that may be longer than usual, each with its reason. None may be longer than MOST_LINES.
LONGER: dict[str, str] = {}


def python_files(root: Path) -> list[Path]:
    found = [
        path
        for folder in ("simapp", "recommender", "agents", "tests")
        for path in (root / folder).rglob("*.py")
    ]
    found += (root / "benchmarks").glob("*/*.py")
    return [path for path in found if "migrations" not in path.parts]


def our_text_files(root: Path) -> list[Path]:
    inside = [path for folder in OURS for path in (root / folder).rglob("*") if path.is_file()]
    # Not deeper: a benchmark may have an environment of its own.
    inside += [path for path in (root / "benchmarks").glob("*/*") if path.is_file()]
    top = [path for path in root.iterdir() if path.is_file()]
    not_ours = {"__pycache__", "vendor"}
    return [path for path in inside + top if path.suffix in TEXT and not not_ours & set(path.parts)]


def allowed_lines(name: str) -> int:
    if name in LONGER:
        return MOST_LINES
    return TEST_LINES if name.startswith("tests/") else USUAL_LINES


def test_files_stay_short_enough_to_read(project_root):
    lengths = {
        path.relative_to(project_root).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(project_root)
    }
    too_long = {name: lines for name, lines in lengths.items() if lines > allowed_lines(name)}
    assert too_long == {}
    assert {name for name in LONGER if lengths.get(name, 0) <= USUAL_LINES} == set(), (
        "short again: take it off the list"
    )


def test_no_file_names_a_path_of_one_machine(project_root):
    # Assembled, so that this file does not contain what it looks for.
    homes = re.compile("|".join(("/" + "root/", "/" + "home/[a-z]", "/" + "Users/[A-Za-z]", "/" + "work/")))
    found = [
        f"{path.relative_to(project_root)}:{number}"
        for path in our_text_files(project_root)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if homes.search(line)
    ]
    assert found == []


def test_the_root_package_stays_empty(project_root):
    """Everything imports it; whatever it did would be done everywhere."""
    assert (project_root / "simapp/__init__.py").read_text(encoding="utf-8") == ""


def test_no_module_is_a_dumping_ground(project_root):
    names = {"utils", "util", "helpers", "common", "misc"}
    found = [path for path in python_files(project_root) if names & {*path.parts, path.stem}]
    assert found == []


def run_tool(name: str, *arguments: str, root: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name(name)
    if not program.exists():
        found = shutil.which(name)
        if found is None:
            pytest.skip(f"{name} is not installed")
        program = Path(found)
    return subprocess.run([program, *arguments], cwd=root, capture_output=True, text=True)


def test_the_direction_of_imports_is_kept(project_root):
    done = run_tool("lint-imports", "--no-cache", root=project_root)
    assert done.returncode == 0, done.stdout[-3000:]


def test_ruff_has_nothing_to_say(project_root):
    done = run_tool("ruff", "check", "--output-format", "concise", ".", root=project_root)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize(
    "line",
    [
        "from __future__ import annotations\n\nimport random\n\nrandom.seed(1)\n",
        "import torch\n",
        "import numpy\n\nnumpy.random.default_rng()\n",
    ],
)
def test_ruff_refuses_global_randomness_and_heavy_imports(line, project_root, tmp_path):
    """The rules themselves are checked, by breaking them where the engine lives."""
    program = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [program, "check", "--output-format", "concise", "--stdin-filename", "simapp/engine/broken.py", "-"],
        cwd=project_root,
        input=line,
        capture_output=True,
        text=True,
    )
    assert "TID25" in done.stdout


def test_every_setting_is_described(project_root):
    page = (project_root / "docs/settings.md").read_text(encoding="utf-8")
    sources = [*python_files(project_root), project_root / "Makefile", project_root / "manage.py"]
    reads = re.compile(r"""(?:environ[^"']{0,40}|flag\(|number\(|words\()["'](SOCIARIUM_[A-Z_]+)["']""")
    used = {
        name
        for path in sources
        if "tests" not in path.relative_to(project_root).parts
        for name in reads.findall(path.read_text(encoding="utf-8"))
    }
    assert len(used) > 10, "the pattern no longer finds where settings are read"
    assert {name for name in used if f"`{name}`" not in page} == set()
    described = set(re.findall(r"`(SOCIARIUM_[A-Z_]+)`", page))
    everything = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert {name for name in described if name not in everything} == set(), "described, but nothing reads it"
