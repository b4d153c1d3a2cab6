"""What a person sees at the terminal: exit codes, one sentence, one line of JSON."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest
from django.core.management.base import CommandError

from simapp.management.base import StackCommand, WrongInput
from simapp.stack.errors import StackError
from simapp.stack.ports import port_from, refuse_used_port
from tests.stack.conftest import ROOT, processes_of


def manage(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


class Example(StackCommand):
    needs_services = False

    def add_arguments(self, parser):
        parser.add_argument("--way", default="well")

    def handle(self, *args, **options):
        self.stdout.write("working")
        if options["way"] == "wrong":
            raise WrongInput("Row 3: the age is 'old'; a whole number is needed.")
        if options["way"] == "stack":
            raise StackError("The disk is full.")
        if options["way"] == "failed":
            self.fail({"equal": False}, "The digests differ.")
        if options["way"] == "broken":
            raise RuntimeError("a defect")
        self.emit({"run": 5, "share": 0.25})


def run(*arguments: str) -> int:
    try:
        Example().run_from_argv(["manage.py", "example", *arguments])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_json_is_the_only_line_on_stdout(capsys):
    assert run("--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"run": 5, "share": 0.25}
    assert out.count("\n") == 1
    assert "working" in err


def test_without_json_the_result_is_for_reading(capsys):
    assert run() == 0
    assert capsys.readouterr().out == "working\nrun: 5\nshare: 0.25\n"


def test_wrong_input_is_one_sentence_and_code_2(capsys):
    assert run("--way", "wrong") == 2
    assert capsys.readouterr().err == "Row 3: the age is 'old'; a whole number is needed.\n"


def test_a_problem_of_the_machine_is_one_sentence(capsys):
    assert run("--way", "stack") == 2
    assert capsys.readouterr().err == "The disk is full.\n"


def test_an_unknown_option_is_wrong_input(capsys):
    assert run("--colour", "red") == 2
    assert "--colour" in capsys.readouterr().err


def test_a_failure_still_gives_its_result(capsys):
    assert run("--way", "failed", "--json") == 1
    out, err = capsys.readouterr()
    assert json.loads(out) == {"equal": False}
    assert err.endswith("The digests differ.\n")


def test_a_defect_keeps_its_traceback():
    with pytest.raises(RuntimeError, match="a defect"):
        run("--way", "broken")


def test_called_from_code_the_errors_stay_errors():
    from django.core.management import call_command

    with pytest.raises(WrongInput):
        call_command(Example(), way="wrong")
    with pytest.raises(CommandError):
        call_command(Example(), way="failed")


def test_a_used_port_is_one_sentence_before_anything_starts(state):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = manage("up", "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == f"Port {port} is already in use; choose another one, for example PORT={port + 1}.\n"
    assert done.stdout == ""
    assert processes_of(state) == []
    assert not (state.root / "postgres").exists()


@pytest.mark.parametrize("text", ["http", "0", "70000", "-1", "80.5"])
def test_a_port_that_is_none_is_named(text):
    with pytest.raises(StackError, match="PORT is"):
        port_from(text)


def test_a_free_port_is_accepted():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    refuse_used_port(port)


def test_the_doctor_says_one_thing_per_line_with_a_verdict(state):
    done = manage("doctor", "--json")
    found = json.loads(done.stdout.splitlines()[-1])
    by_name = {check["what"]: check for check in found["checks"]}
    assert done.returncode == (1 if found["verdict"] == "fail" else 0)
    assert {"python", "packages", "disk", "port", "encoder", "gpu", "services", "database", "broker"} <= set(
        by_name
    )
    assert (
        by_name["services"]["verdict"]
        == by_name["database"]["verdict"]
        == by_name["broker"]["verdict"]
        == "ok"
    )
    assert all(check["hint"] for check in found["checks"] if check["verdict"] != "ok")
    assert processes_of(state) == []


def test_the_doctor_fails_on_a_database_that_does_not_answer(state):
    url = f"postgresql://nobody@{str(state.root).replace('/', '%2F')}/nothing"
    done = manage("doctor", DATABASE_URL=url, REDIS_URL="unix:///nowhere/valkey.sock")
    assert done.returncode == 1
    lines = {line.split()[1]: line for line in done.stdout.splitlines()}
    assert lines["database"].startswith("fail")
    assert lines["broker"].startswith("fail")
    assert "DATABASE_URL" in lines["database"]


def test_a_command_of_django_finds_the_embedded_database(state):
    done = manage("showmigrations", "contenttypes")
    assert done.returncode == 0, done.stderr
    assert "[ ] 0001_initial" in done.stdout
    assert processes_of(state) == []


def test_reading_the_settings_loads_nothing_heavy():
    heavy = "'torch', 'transformers', 'sentence_transformers', 'numba', 'polars', 'scipy'"
    script = f"import sys, simapp.settings; print([name for name in ({heavy}) if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
