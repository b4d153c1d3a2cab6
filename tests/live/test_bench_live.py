"""The benchmark of watching: twenty sockets hear of every step, and the figures say when."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import pytest

from simapp.engine.core.errors import WrongInput
from simapp.runs.benching_live.bench import _signed_in, bench_live, latencies
from tests.live.test_in_a_browser import site  # noqa: F401 - a fixture

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    # Static files that were not collected are read through finders.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators"),
]

SOCKETS, STEPS = 20, 24


def test_twenty_sockets_hear_of_every_step_and_none_is_lost(
    site: str, owner: Any, child_environment: dict[str, str]  # noqa: F811
) -> None:
    from simapp.runs.messages import publish, socket_path
    from tests.live.steps import commit, make_run, state_message, step_message

    run = make_run(owner, steps=STEPS)
    commit(run, range(4))
    commits: dict[int, float] = {}
    with _signed_in(owner) as cookie:
        wish = {
            "url": f"{site.replace('http', 'ws', 1)}{socket_path(run.pk)}", "origin": site, "cookie": cookie,
            "points": f"{site}/runs/{run.pk}/points", "sockets": SOCKETS, "steps": STEPS, "patience": 20.0,
        }  # fmt: skip
        line = subprocess.Popen(
            [sys.executable, "-m", "simapp.runs.benching_live.watchers"],
            env=child_environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert line.stdin is not None
        assert line.stdout is not None
        line.stdin.write(json.dumps(wish) + "\n")
        line.stdin.flush()
        assert "ready" in line.stdout.readline()
        for step in range(4, STEPS + 1):
            commit(run, [step])
            commits[step] = time.monotonic()
            if step not in (9, 10):  # two messages are lost on the way: a later one covers them
                publish(step_message(run, step))
        publish(state_message(run, STEPS, status="finished"))
        found = json.loads(line.communicate("over\n", timeout=60)[0])
    waits, lost = latencies(commits, found["heard"])
    assert len(found["heard"]) == SOCKETS
    assert (lost, len(waits)) == (0, SOCKETS * len(commits))
    assert all(wait >= 0 for wait in waits)
    assert found["fetched"] >= 2 * SOCKETS, "what came before a lost message and was not sent yet is fetched with it"


def test_a_step_that_no_message_reached_or_covered_is_lost() -> None:
    commits = {1: 10.0, 2: 11.0, 3: 12.0}
    waits, lost = latencies(commits, [[[1, 10.1], [2, 11.2], [3, 12.1]], [[2, 11.5]], []])
    assert [round(wait, 3) for wait in waits] == [0.1, 0.2, 0.1, 0.5]
    assert lost == 1 + 3


USUAL = {"users": 100, "follows": 5, "active": 1.0, "sockets": 1, "seconds": 1.0, "pace": 4.0, "seed": 1, "threads": 1}


@pytest.mark.parametrize("changed", [{"sockets": 0}, {"seconds": 0.0}, {"pace": 1e9}])
def test_what_cannot_be_measured_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(WrongInput, match="--" + next(iter(changed))):
        bench_live(**{**USUAL, **changed})


def test_the_owner_says_when_each_step_was_announced_and_what_it_cost(child_environment: dict[str, str]) -> None:
    from simapp.models import Run
    from simapp.runs.benching import workload
    from simapp.runs.services import command_line_version, create_run

    run = create_run(owner=None, version=command_line_version(document=workload(60, 5, 1.0)), seed=1, steps=3)
    said = subprocess.run(
        [sys.executable, "-m", "simapp.runs.benching_live.owner", str(run.pk), "1"],
        env=child_environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    told = json.loads(said.stdout.splitlines()[-1])
    assert told["status"] == "finished", said.stderr
    assert [step for step, _, _ in told["steps"]] == [0, 1, 2, 3]
    used = [seconds for _, _, seconds in told["steps"]]
    assert used == sorted(used)
    assert Run.objects.get().step == 3
