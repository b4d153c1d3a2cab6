"""Started as root and as an ordinary user; nothing above our own folders is opened up."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest

from simapp.stack import sweep as sweeping
from simapp.stack.account import Account
from simapp.stack.embedded import services
from simapp.stack.errors import StackError
from simapp.stack.paths import StatePaths, secure_folder
from simapp.stack.place import away_candidates
from simapp.stack.record import read_status
from tests.stack.conftest import end

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can change accounts")
as_anyone_else = pytest.mark.skipif(os.getuid() == 0, reason="root may open everything")


def modes_above(folder: Path) -> dict[Path, tuple[int, int]]:
    return {above: (above.stat().st_mode, above.stat().st_uid) for above in folder.parents}


def start_and_ask() -> str:
    with services() as found, psycopg.connect(found.database_url) as connection:
        return connection.execute("SHOW data_directory").fetchone()[0]


@as_root
def test_as_root_the_servers_run_without_privileges(state):
    with services():
        owners = {
            name: entry.process().uids().effective
            for name, entry in read_status(state.status).servers.items()
        }
    nobody = pwd.getpwnam("nobody").pw_uid
    assert owners == {"postgres": nobody, "valkey": nobody}


@as_root
def test_the_permissions_of_all_folders_above_stay_as_they_were(make_state):
    state = make_state(0o711)
    before = modes_above(state.root)
    start_and_ask()
    assert modes_above(state.root) == before


@as_root
def test_below_a_closed_folder_the_data_go_elsewhere_and_the_folder_stays_closed(make_state):
    state = make_state(0o700)
    before = modes_above(state.root)
    used = Path(start_and_ask())
    assert used.parent in away_candidates(state)
    assert modes_above(state.root) == before
    assert Path(start_and_ask()) == used, "the second start finds the same data"


@as_root
def test_programs_that_the_servers_account_cannot_reach_are_copied(state, monkeypatch):
    closed = Path(tempfile.mkdtemp(prefix="sociarium-closed-"))
    try:
        from simapp.stack import binaries, place

        shutil.copytree(binaries.postgres_home(), closed / "pg18", symlinks=True)
        monkeypatch.setattr(place.binaries, "postgres_home", lambda: closed / "pg18")
        chosen = place.choose_place(state)
        assert chosen.postgres_home != closed / "pg18"
        assert chosen.account.can(str(chosen.postgres_home / "bin/postgres"), "--version")
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(closed)


def _python_for(account: Account, root: Path) -> str | None:
    """A Python of this version that the account can run, packages of this environment included."""
    packages = next(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    for python in (sys.executable, "/usr/bin/python3", f"/usr/bin/python3.{sys.version_info[1]}"):
        same = (
            f"import sys; sys.path.insert(0, {str(packages)!r}); import psutil, psycopg;"
            f"assert sys.version_info[:2] == {sys.version_info[:2]}"
        )
        if account.can(python, "-c", same):
            return python
    return None


@as_root
def test_an_ordinary_user_starts_them_as_themselves(project_root):
    someone = pwd.getpwnam("nobody")
    account = Account(someone.pw_uid, someone.pw_gid)
    python = _python_for(account, project_root)
    if python is None:
        pytest.skip("no Python of this version that an ordinary account can run")
    folder = Path(tempfile.mkdtemp(prefix="sociarium-user-"))
    state = StatePaths(folder / "var")
    try:
        shutil.copytree(project_root / "simapp/stack", folder / "simapp/stack")
        (folder / "simapp/__init__.py").touch()
        os.chown(folder, someone.pw_uid, someone.pw_gid)
        packages = next(entry for entry in sys.path if entry.endswith("site-packages"))
        script = (
            "import os, psycopg, psutil\n"
            "from simapp.stack.embedded import services\n"
            "from simapp.stack.paths import StatePaths\n"
            "from simapp.stack.record import read_status\n"
            "with services() as found, psycopg.connect(found.database_url) as connection:\n"
            "    servers = read_status(StatePaths.here().status).servers\n"
            "    print(os.getuid(), *(entry.process().uids().real for entry in servers.values()))\n"
        )
        done = subprocess.run(
            [python, "-c", script],
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": f"{folder}:{packages}",
                "SOCIARIUM_STATE": str(state.root),
                "SOCIARIUM_UNSAFE_FAST": "1",
            },
            capture_output=True,
            text=True,
            check=False,
            **account.popen_arguments(),
        )
        assert done.stderr == ""
        assert done.stdout.split() == [str(someone.pw_uid)] * 3
    finally:
        end(state)
        shutil.rmtree(f"/tmp/sociarium-{someone.pw_uid}-{state.key}", ignore_errors=True)
        shutil.rmtree(folder)


def test_a_link_in_place_of_the_socket_folder_is_refused(tmp_path):
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(StackError, match="not a plain folder"):
        secure_folder(tmp_path / "link", uid=os.getuid(), gid=os.getgid())
    assert stat.S_IMODE((tmp_path / "target").stat().st_mode) != 0o700


@as_root
def test_a_socket_folder_of_another_account_is_refused(tmp_path):
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, 12_345, 12_345)
    with pytest.raises(StackError, match="another account"):
        secure_folder(folder, uid=65_534, gid=65_534)


def test_a_folder_open_to_others_is_closed(tmp_path):
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    secure_folder(folder, uid=os.getuid(), gid=os.getgid())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_left_over_servers_are_swept_and_others_are_not(state, make_state, monkeypatch):
    """As on a system that does not end servers with their parent."""
    from simapp.stack import postgres, process, valkey
    from simapp.stack.place import choose_place

    with services():
        pass
    other = make_state()
    monkeypatch.setattr(process, "_LIBC", None)
    place = choose_place(state)
    orphan = valkey.server(place, state)
    orphan.start()
    stays = valkey.server(choose_place(other), other)
    secure_folder(other.sockets, uid=place.account.uid, gid=place.account.gid)
    stays.start()
    database = postgres.server(place, state)
    database.start()
    try:
        postgres.await_ready(database, place, state)
        assert {entry.pid for entry in sweeping.leftovers(place)} >= {
            orphan.process.pid,
            database.process.pid,
        }
        assert sweeping.sweep(place, state) >= 2
        assert not database.running
        assert not orphan.running
        assert stays.running
        assert start_and_ask() == str(place.postgres_data)
    finally:
        for child in (orphan, stays, database):
            child.stop()


@as_anyone_else
def test_data_of_another_account_are_refused(state):
    assert psutil.Process().uids().real != 0
    state.make()
    state.stack.chmod(0o500)
    with pytest.raises(StackError, match="another account"), services():
        pass
