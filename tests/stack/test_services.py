"""The embedded servers start, are shared, stop, and survive every way their users can die."""

from __future__ import annotations

import socket
import stat
import subprocess
import time

import psutil
import psycopg
import pytest
import redis

from simapp.stack.embedded import addresses, services
from simapp.stack.errors import StackError
from simapp.stack.keeper import Keeper
from simapp.stack.process import Child, wait_until
from simapp.stack.record import ProcessId, Status, read_status
from tests.stack.conftest import processes_of


def answer(found) -> tuple[int, bool]:
    with psycopg.connect(found.database_url) as connection:
        one = connection.execute("SELECT 1").fetchone()[0]
    with redis.from_url(found.redis_url) as client:
        return one, client.ping()


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_services_answer_inside_the_block_and_are_gone_after_it(state):
    with services() as found:
        assert found.started
        assert answer(found) == (1, True)
        running = processes_of(state)
        assert {process.name() for process in running} >= {"postgres", "valkey-server"}
    assert processes_of(state) == []
    assert not state.status.exists()


def test_what_was_written_is_there_at_the_next_start(state):
    with services() as found, psycopg.connect(found.database_url) as connection:
        connection.execute("CREATE TABLE kept (value int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    with services() as found, psycopg.connect(found.database_url) as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == (7,)


def test_nothing_listens_on_a_network_address(state):
    with services():
        listening = [
            line
            for process in processes_of(state)
            for line in process.net_connections()
            if line.family in {socket.AF_INET, socket.AF_INET6}
        ]
    assert listening == []


def test_the_sockets_lie_in_a_folder_that_others_cannot_enter(state):
    with services():
        assert stat.S_IMODE(state.sockets.stat().st_mode) == 0o700
        assert {state.postgres_socket.name, "valkey.sock"} <= {
            entry.name for entry in state.sockets.iterdir()
        }


def test_vectors_can_be_stored(state):
    with services() as found, psycopg.connect(found.database_url) as connection:
        connection.execute("CREATE EXTENSION vector")
        assert connection.execute("SELECT '[3,4]'::vector <-> '[0,0]'").fetchone() == (5.0,)


def test_the_one_who_started_them_may_leave_before_the_others(state, hold_elsewhere):
    first = hold_elsewhere(state)
    with services() as found:
        assert not found.started
        first.communicate("\n")
        assert first.returncode == 0
        assert answer(found) == (1, True)
    assert processes_of(state) == []


def test_a_killed_user_takes_the_servers_down_and_they_start_again(state, hold_elsewhere):
    user = hold_elsewhere(state)
    left = processes_of(state)
    user.kill()
    assert wait_until(lambda: all(map(is_gone, left)), seconds=10)
    with services() as found:
        assert found.started
        assert answer(found) == (1, True)


def test_a_killed_keeper_leaves_no_server_in_the_way(state, hold_elsewhere):
    hold_elsewhere(state)
    status = read_status(state.status)
    keeper = status.keeper.process()
    keeper.kill()
    assert wait_until(lambda: is_gone(keeper), seconds=5)
    with services() as found:
        assert answer(found) == (1, True)
        assert read_status(state.status).keeper != status.keeper


def test_a_server_that_dies_is_started_again(state):
    with services() as found:
        before = read_status(state.status).servers["valkey"]
        before.process().kill()
        assert wait_until(lambda: read_status(state.status).restarts.get("valkey") == 1, seconds=10)
        assert wait_until(lambda: answer_or_none(found) == (1, True), seconds=5)


def answer_or_none(found):
    try:
        return answer(found)
    except redis.RedisError:
        return None


def test_two_state_roots_live_side_by_side(make_state, hold_elsewhere):
    one, other = make_state(), make_state()
    hold_elsewhere(other)
    with services() as found:
        assert answer(found) == (1, True)
    assert one.sockets != other.sockets
    assert processes_of(one) == []
    assert {"postgres", "valkey-server"} <= {process.name() for process in processes_of(other)}


def test_a_stale_pid_of_a_foreign_process_is_never_killed(state):
    with services():
        pass
    foreign = subprocess.Popen(["sleep", "600"])
    try:
        reused = ProcessId(foreign.pid, ProcessId.of(foreign.pid).created - 86_400)
        Status(keeper=reused, servers={"postgres": reused, "valkey": reused}, data="").write(state.status)
        (state.root / "postgres/postmaster.pid").write_text(
            f"{foreign.pid}\n{state.root / 'postgres'}\n1700000000\n5432\n{state.sockets}\n\n\n",
            encoding="ascii",
        )
        with services() as found:
            assert found.started
            assert answer(found) == (1, True)
        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.wait()


def test_what_an_interrupted_creation_left_is_made_anew(state):
    state.make()
    (state.root / "postgres").mkdir(mode=0o700)
    (state.root / "postgres/PG_VERSION").write_text("18\n", encoding="ascii")
    (state.stack / "creating-postgres").touch()
    with services() as found:
        assert answer(found) == (1, True)


def test_a_folder_with_somebody_elses_files_is_refused_and_left_alone(state):
    state.make()
    mine = state.root / "postgres/thesis.txt"
    mine.parent.mkdir(mode=0o700)
    mine.write_text("not to be lost", encoding="ascii")
    with pytest.raises(StackError, match="not ours"), services():
        pass
    assert mine.read_text(encoding="ascii") == "not to be lost"


def test_the_environments_servers_are_used_and_nothing_is_started(state, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada@db.example:5433/world")
    monkeypatch.setenv("REDIS_URL", "redis://cache.example:6379/2")
    with services() as found:
        assert found.database_url == "postgresql://ada@db.example:5433/world"
        assert found.redis_url == "redis://cache.example:6379/2"
        assert not found.started
    assert not state.root.exists()


def test_one_named_server_leaves_the_other_embedded(state, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada@db.example:5433/world")
    found = addresses()
    assert found.database_url == "postgresql://ada@db.example:5433/world"
    assert found.redis_url == f"unix://{state.valkey_socket}?db=0"


def test_asking_for_the_addresses_touches_nothing(state):
    addresses()
    assert not state.root.exists()
    assert not state.sockets.exists()


def test_a_server_that_was_well_for_a_while_is_started_again_without_a_long_pause(state):
    """However often it has ended before: the pause grows only while it keeps failing."""
    state.make()
    keeper = Keeper(state)
    keeper.children["postgres"] = child = Child(
        "postgres", ["sleep", "600"], log=state.logs / "sleep.log", env={"PATH": "/usr/bin:/bin"}, cwd=state.root
    )
    pauses = []
    for well in (False, False, False, True):
        keeper._launch("postgres")
        child.process.kill()
        child.wait(10)
        if well:
            keeper.launched["postgres"] -= 60
        began = time.monotonic()
        keeper._revive("postgres", child)
        pauses.append(round(keeper.next_try.pop("postgres") - began, 1))
    assert pauses == [0.5, 1.0, 2.0, 0.5]
