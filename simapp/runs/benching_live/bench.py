"""What watching costs: from the commit of a step to a browser's socket, and what the run pays for being watched."""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore

from simapp.engine.core.errors import WrongInput
from simapp.runs.benching import WINDOW_STEPS, drop, workload
from simapp.runs.messages import socket_path
from simapp.runs.services import command_line_version, create_run
from simapp.stack.ports import HOST, port_answers
from simapp.stack.supervisor import web_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simapp.models import Run, ScenarioVersion

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120.0  # seconds beyond the run's own time, for everything that is started or waited for
LAST_PATIENCE = 20.0  # seconds after the run's end, for sockets that have not heard of it
MEMBER = "bench-live"


def bench_live(
    *, users: int, follows: int, active: float, sockets: int, seconds: float, pace: float, seed: int, threads: int
) -> dict[str, Any]:
    """Run the workload three times, alike to the bit: unwatched, watched by `sockets`, unwatched; return the figures.

    p50_ms, p95_ms, max_ms: from the commit of a step to the frame that brings it (or covers it), over all sockets and
    steps. lost: pairs of socket and step that were neither brought, covered by a later message nor fetched.
    run_slowdown: extra processor time of the owner's process per step with sockets against without (medians over the
    steps behind the filling of the feed window; `noise`: the same between the two unwatched runs). Raises WrongInput
    for what cannot be measured.
    """
    _check(sockets, seconds, pace)
    steps = WINDOW_STEPS + max(2, round(seconds * pace))
    version = command_line_version(document=workload(users, follows, active))
    member, _ = get_user_model().objects.get_or_create(username=MEMBER)
    try:
        before = _unwatched(version, member, steps, pace, seed, threads)
        figures, watched = _watched(version, member, steps, pace, seed, threads, sockets)
        after = _unwatched(version, member, steps, pace, seed, threads)
    finally:
        member.delete()
    unwatched = (before["cpu_ms"] + after["cpu_ms"]) / 2
    return {
        "users": users,
        "follows": follows,
        "active": active,
        "sockets": sockets,
        "steps": steps,
        "pace": pace,
        **figures,
        "steps_per_second": watched["rate"],
        "steps_per_second_unwatched": before["rate"],
        "owner_cpu_ms_per_step": round(watched["cpu_ms"], 3),
        "owner_cpu_ms_per_step_unwatched": round(unwatched, 3),
        "run_slowdown": round(watched["cpu_ms"] / unwatched - 1.0, 4),
        "noise": round(abs(after["cpu_ms"] / before["cpu_ms"] - 1.0), 4),
    }


def latencies(commits: dict[int, float], heard: list[list[list[float]]]) -> tuple[list[float], int]:
    """Return the seconds from commit to socket of every step that a socket heard of, and how many were lost.

    commits: monotonic seconds by step; heard: per socket [step, monotonic seconds]. A socket that knew a step before
    it was announced (its snapshot held it) neither waits for it nor loses it.
    """
    waits, lost = [], 0
    for one in heard:
        at = {int(step): when for step, when in one}
        first = min(at, default=min(commits, default=0))
        for step, committed in commits.items():
            if step in at:
                waits.append(max(0.0, at[step] - committed))
            elif step >= first:
                lost += 1
    return waits, lost


def _watched(
    version: ScenarioVersion, member: Any, steps: int, pace: float, seed: int, threads: int, sockets: int
) -> tuple[dict[str, Any], dict[str, float]]:
    run = create_run(owner=member, version=version, seed=seed, steps=steps, pace=pace, force=True)
    port = _free_port()
    try:
        with _served(port) as web, _signed_in(member) as cookie:
            wish = {
                "url": f"ws://{HOST}:{port}{socket_path(run.pk)}", "origin": f"http://{HOST}:{port}",
                "points": f"http://{HOST}:{port}/runs/{run.pk}/points", "cookie": cookie,
                "sockets": sockets, "steps": steps, "patience": LAST_PATIENCE,
            }  # fmt: skip
            with _child("simapp.runs.benching_live.watchers", stdin=subprocess.PIPE) as watching:
                assert watching.stdin is not None and watching.stdout is not None  # noqa: S101, PT018
                watching.stdin.write(json.dumps(wish) + "\n")
                watching.stdin.flush()
                ready = json.loads(watching.stdout.readline() or '{"ready": null}')["ready"]
                if ready is None:
                    msg = "the watchers ended before every socket was open"
                    raise RuntimeError(msg)
                used, began = _processor(web), time.monotonic()
                owned = _own(run, threads, pace)
                share = (_processor(web) - used) / (time.monotonic() - began)
                watching.stdin.write("over\n")
                watching.stdin.flush()
                said = json.loads(watching.stdout.readline())
        commits = {int(step): when for step, when, _ in owned}
        waits, lost = latencies(commits, said["heard"])
        quantiles = np.percentile(np.array(waits) * 1000.0, [50, 95, 100]) if waits else [None] * 3
        names = ("p50_ms", "p95_ms", "max_ms")
        figures: dict[str, Any] = {
            name: None if value is None else round(float(value), 1)
            for name, value in zip(names, quantiles, strict=True)
        }
        figures |= {
            "lost": lost,
            "fetched": said["fetched"],
            "frames": said["frames"],
            "mib_sent": round(said["bytes"] / 2**20, 1),
            "seconds_to_connect": ready,
            "web_cpu_share": round(share, 3),
        }
        return figures, _of(owned)
    finally:
        drop(run)


def _unwatched(
    version: ScenarioVersion, member: Any, steps: int, pace: float, seed: int, threads: int
) -> dict[str, float]:
    run = create_run(owner=member, version=version, seed=seed, steps=steps, pace=pace, force=True)
    try:
        return _of(_own(run, threads, pace))
    finally:
        drop(run)


def _own(run: Run, threads: int, pace: float) -> list[tuple[int, float, float]]:
    """Have a process own the run to its end; return (step, when announced, processor seconds until then)."""
    with _child("simapp.runs.benching_live.owner", str(run.pk), str(threads)) as owner:
        said, _ = owner.communicate(timeout=20 * run.steps / pace + PATIENCE)
    told = json.loads(said.splitlines()[-1]) if said.strip() else {"status": "without a word", "steps": []}
    if told["status"] != "finished":
        msg = f"the benchmark's run {run.pk} is {told['status']}"
        raise RuntimeError(msg)
    return [(int(step), when, used) for step, when, used in told["steps"]]


def _of(owned: list[tuple[int, float, float]]) -> dict[str, float]:
    """Return the median processor milliseconds per step once the feed window is full, and steps per second."""
    counted = [row for row in owned if row[0] >= min(WINDOW_STEPS, owned[-1][0] - 1)]
    used = [1000.0 * (now[2] - before[2]) for before, now in pairwise(counted)]
    seconds = counted[-1][1] - counted[0][1]
    return {"cpu_ms": statistics.median(used), "rate": round((len(counted) - 1) / max(seconds, 1e-9), 2)}


@contextmanager
def _served(port: int) -> Iterator[psutil.Process]:
    """The web process, as `manage.py up` starts it."""
    server = subprocess.Popen(web_server(port), cwd=ROOT)
    try:
        until = time.monotonic() + PATIENCE
        while not port_answers(port):
            if server.poll() is not None or time.monotonic() > until:
                msg = "the benchmark's web process did not open its port"
                raise RuntimeError(msg)
            time.sleep(0.1)
        yield psutil.Process(server.pid)
    finally:
        _end(server)


@contextmanager
def _child(module: str, *arguments: str, stdin: int | None = None) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, stdin=stdin, stdout=subprocess.PIPE, text=True
    )
    try:
        yield child
    finally:
        _end(child)


def _end(child: subprocess.Popen[Any]) -> None:
    child.terminate()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _processor(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def _signed_in(member: Any) -> Iterator[str]:
    """Sign the member in for a while: the cookie that says so."""
    session = SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session.save()
    try:
        yield f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    finally:
        session.delete()


def _check(sockets: int, seconds: float, pace: float) -> None:
    if not 1 <= sockets <= 10_000:
        msg = f"--sockets is {sockets}; it must be a whole number from 1 to 10000."
        raise WrongInput(msg)
    if not 0 < seconds <= 3600:
        msg = f"--seconds is {seconds:g}; it must be more than 0 and at most 3600."
        raise WrongInput(msg)
    if not 0 < pace <= 100:
        msg = f"--pace is {pace:g}; it must be more than 0 and at most 100 steps per second."
        raise WrongInput(msg)
