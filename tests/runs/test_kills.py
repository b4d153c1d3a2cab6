"""kill -9 in the worst places: the run goes on by itself and ends as if nothing had happened."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simapp.models import Run, RunEvent, RunPost, RunStep
from simapp.runs import services
from simapp.stack.process import wait_until
from tests.runs.small import busy, finish, make
from tests.site import running_site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

STEPS = 40
# In the middle of a step; between commit and publish, with the whole worker; in the middle of writing a snapshot.
KILLS = (
    {"place": "in decide", "step": 6},
    {"place": "after commit", "step": 14, "worker": True},
    {"place": "in snapshot", "step": 22},
)


def test_a_run_survives_kills_of_its_worker_in_step_after_commit_and_in_the_snapshot(
    child_environment: dict[str, str], tmp_path: Path
) -> None:
    scenario = busy("rumour")
    expected = finish(make(scenario, steps=STEPS))
    orders = tmp_path / "orders"
    orders.mkdir()
    for number, order in enumerate(KILLS):
        (orders / f"{number}.order").write_text(json.dumps(order))
    with running_site(child_environment, tmp_path / "var", SOCIARIUM_KILL_ORDERS=str(orders)) as (_, said):
        version = services.command_line_version(document=scenario)
        run = services.launch(owner=None, version=version, seed=7, steps=STEPS)
        ended = wait_until(lambda: Run.objects.get(pk=run.pk).status in services.OVER, seconds=90)
        log = (tmp_path / "var" / "log" / "runs.log").read_text()[-4000:]
        assert ended, (Run.objects.values().get(pk=run.pk), said, log)

    run.refresh_from_db()
    assert (run.status, run.step) == ("finished", STEPS), run.error
    hits = [json.loads((orders / f"{number}.hit").read_text()) for number in range(len(KILLS))]
    assert run.digest_hex == expected.digest_hex
    assert bytes(run.impressions_digest) == bytes(expected.impressions_digest)
    steps = RunStep.objects.filter(run_id=run.pk).order_by("step")
    assert list(steps.values_list("step", flat=True)) == list(range(STEPS + 1))
    for table in (RunEvent, RunPost):
        mine = table.objects.filter(run_id=run.pk).count()
        assert mine == table.objects.filter(run_id=expected.pk).count() > 0
    committed = dict(steps.values_list("step", "committed"))
    for hit in hits:
        died = datetime.fromtimestamp(hit["at"], UTC)
        # The last snapshot is written after the last step: then the end of the run is what comes next.
        again = min(at for at in (*committed.values(), run.ended) if at > died)
        seconds = (again - died).total_seconds()
        print(json.dumps({**hit, "resumed_after": round(seconds, 1)}))
        assert seconds < 10
