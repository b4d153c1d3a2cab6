"""The pure packages load no framework and no model, whoever imports them and in whatever order.

Import-linter reads source; this asks Python. Each package is imported in an interpreter of its own, because
in this one everything may have been loaded already.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

FRAMEWORKS = ("django", "celery", "channels", "psycopg")
MODELS = ("torch", "transformers", "sentence_transformers", "openai")
# Of it, the pages and services need single functions, which scipy.special has in a tenth of the time.
HEAVY = ("scipy.stats",)
PURE = ("simapp.engine", "simapp.metrics", "simapp.statistics", "simapp.scenarios", "recommender", "agents")

IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
names = [found.name for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    importlib.import_module(name)
print(len(names))
print(*sorted(set(sys.argv[2:]) & {name.split(".")[0] for name in sys.modules}))
"""


def imported_with(package: str, root) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, package, *FRAMEWORKS, *MODELS],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    count, unwanted = done.stdout.split("\n")[:2]
    return int(count), unwanted.split()


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_and_all_its_modules_load_no_framework_and_no_model(package, project_root):
    count, unwanted = imported_with(package, project_root)
    assert count > 0
    assert unwanted == []


def test_the_small_process_that_keeps_the_servers_stays_small(project_root):
    script = (
        "import sys, simapp.stack.keeper;"
        "print(*sorted({'django', 'numpy', 'celery', 'psycopg'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=project_root, capture_output=True, text=True)
    assert done.stdout.split() == [], done.stderr


def test_pages_sockets_and_the_reconciler_load_no_model_and_nothing_that_takes_long(project_root):
    script = (
        "import sys, simapp.asgi; from django.urls import get_resolver; get_resolver().url_patterns;"
        "import simapp.runs.reconciler;"
        f"print(*sorted(set({MODELS + HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=project_root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_the_check_can_fail(tmp_path, project_root):
    """A package whose submodule reaches for Django is found out."""
    (tmp_path / "leaky/inner").mkdir(parents=True)
    (tmp_path / "leaky/__init__.py").touch()
    (tmp_path / "leaky/inner/__init__.py").write_text("import django.conf\n", encoding="ascii")
    assert imported_with("leaky", tmp_path) == (1, ["django"])
