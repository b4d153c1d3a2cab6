"""The Health tab: what a run waits for, who works on it, what waits in the queues, where its time went."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from simapp.models import QuestionBatch, Run


@pytest.fixture
def running(owner: Any) -> Run:
    """A run with steps 0 .. 9 whose owner has a lease."""
    from tests.live.steps import commit, make_run

    run = make_run(owner)
    commit(run, range(10))
    Run.objects.filter(pk=run.pk).update(
        lease_until=timezone.now() + timedelta(seconds=60), owner_name="worker@here:1", token=3,
        heartbeat={"stage": "decide"},
    )  # fmt: skip
    return run


def health(run: Run, browser: Any) -> str:
    return re.sub(r"\s+", " ", browser.get(reverse("run:health", args=[run.pk])).content.decode())


def fact(page: str, name: str) -> str:
    found = re.search(rf"<dt>{name}</dt><dd[^>]*>(.*?)</dd>", page)
    assert found, f"the page does not say {name}"
    return re.sub(r"<[^>]+>", "", found[1])


def test_a_run_that_moves_waits_for_nothing(running: Run, browser: Any) -> None:
    page = health(running, browser)
    assert fact(page, "waiting for") == "nothing: step 10 is being made (decide)"
    assert (fact(page, "last error"), fact(page, "owner")) == ("none", "worker@here:1")


def test_a_model_that_does_not_answer_is_named_with_attempt_error_and_next_try(running: Run, browser: Any) -> None:
    Run.objects.filter(pk=running.pk).update(waiting="qwen to answer 5 questions")
    QuestionBatch.objects.create(
        run_id=running.rows, asker=running, step=10, tier="endpoint", model="qwen", users=[1, 2], claim=3,
        problem="the endpoint answered 429 <b>slow down</b>",
    )  # fmt: skip
    QuestionBatch.objects.create(
        run_id=running.rows, asker=running, step=10, tier="endpoint", model="qwen", users=[3, 4, 5], claim=2,
        status="taken", taken_by="decisions@here:2", taken_until=timezone.now() + timedelta(seconds=40),
    )  # fmt: skip
    page = health(running, browser)
    assert fact(page, "waiting for") == "qwen to answer 5 questions"
    assert fact(page, "attempt") == "no. 4"
    assert fact(page, "last error") == "the endpoint answered 429 &lt;b&gt;slow down&lt;/b&gt;"
    assert re.search(r"given to another in (39|40) s", page)
    assert "decisions@here:2" in page
    assert "2 batches of questions" in page


def test_a_worker_that_fell_silent_is_named_and_what_comes_next(running: Run, browser: Any) -> None:
    Run.objects.filter(pk=running.pk).update(lease_until=timezone.now() - timedelta(seconds=9))
    page = health(running, browser)
    assert "a worker to take over" in fact(page, "waiting for")
    assert fact(page, "last error").startswith("the lease of its owner ran out")
    assert "sends it again" in fact(page, "next")


def test_a_paused_run_says_what_lets_it_go_on(running: Run, browser: Any) -> None:
    Run.objects.filter(pk=running.pk).update(
        status="paused", wanted="pause", waiting="a member to resume it", lease_until=None
    )
    page = health(running, browser)
    assert fact(page, "waiting for") == "a member to resume it"
    assert fact(page, "next") == "when a member resumes or steps the run"


def test_a_failed_run_says_why_and_waits_for_nothing(running: Run, browser: Any) -> None:
    Run.objects.filter(pk=running.pk).update(status="failed", error="the disk is full", lease_until=None)
    page = health(running, browser)
    assert fact(page, "waiting for") == "nothing: the run is over"
    assert fact(page, "last error") == "the disk is full"


def test_the_queues_are_counted_as_the_broker_has_them(running: Run, browser: Any, settings: Any) -> None:
    import redis

    with redis.from_url(settings.REDIS_URL) as broker:
        before = broker.llen("decisions")
        broker.rpush("decisions", "one", "two")
        try:
            assert fact(health(running, browser), "queue decisions") == f"{before + 2} waiting"
        finally:
            broker.rpop("decisions", 2)


def test_a_broker_that_is_away_is_said(running: Run, browser: Any, settings: Any, tmp_path: Any) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    assert "does not answer" in fact(health(running, browser), "queue runs")


def test_the_time_of_the_last_steps_is_drawn_by_stage(running: Run, browser: Any) -> None:
    page = health(running, browser)
    assert "Time of steps 0 to 9" in page
    heights = [float(height) for height in re.findall(r'<rect class="fill-1"[^>]* height="([\d.]+)"', page)]
    assert heights == pytest.approx([75.0] * 10)  # rank takes 0.3 of 0.4 seconds
    assert "<title>step 9, rank: 300 ms</title>" in page
    assert f'href="{reverse("run:metric-csv", args=[running.pk, "stage_times"])}"' in page
    assert re.search(r"rank</th><td class=\"num\">300 ms</td><td class=\"num\">75 %", page)


def test_the_health_of_a_run_without_a_step_is_shown_too(owner: Any, browser: Any) -> None:
    from tests.live.steps import make_run

    assert "Appears with the first step." in health(make_run(owner), browser)


@pytest.mark.parametrize(
    ("step", "stage", "says", "next_"),
    [
        (-1, "people", "founding the world of 12 000 users: drawing them and whom they follow", "step 1"),
        (-1, "commit", "founding the world of 12 000 users: writing it to the database", "step 1"),
        (-1, "", "founding the world of 12 000 users", "step 1"),
        (9, "opening", "opening the world at its newest snapshot", "step 10"),
        (9, "snapshot", "saving a snapshot of step 9", "step 10"),
        (9, "repeating step 8 of 9", "repeating step 8 of 9, which were done after the newest snapshot", "step 10"),
    ],
)
def test_what_is_done_beside_steps_is_said_and_not_called_waiting_for_nothing(
    running: Run, browser: Any, step: int, stage: str, says: str, next_: str
) -> None:
    Run.objects.filter(pk=running.pk).update(step=step, users=12_000, heartbeat={"stage": stage})
    page = health(running, browser)
    assert (fact(page, "doing"), fact(page, "next")) == (says, next_)
    state = browser.get(reverse("run:state", args=[running.pk])).content.decode()
    assert says in re.sub(r"\s", " ", state)
    assert "waiting for" not in state


def test_a_wish_during_the_founding_is_said_to_wait_for_its_end(running: Run, browser: Any) -> None:
    Run.objects.filter(pk=running.pk).update(step=-1, users=40, wanted="pause", heartbeat={"stage": "world"})
    state = browser.get(reverse("run:state", args=[running.pk])).content.decode()
    assert "pausing after the founding; now founding the world of 40 users: laying out their network" in state
    assert fact(health(running, browser), "next") == "it is paused, as a member asked"


def test_people_of_a_file_are_not_counted_before_they_are_read(running: Run, browser: Any) -> None:
    version = running.scenario_version
    version.document["population"] = {"people": {"name": "people.csv"}}
    version.save()
    Run.objects.filter(pk=running.pk).update(step=-1, users=1000, heartbeat={"stage": "people"})
    assert fact(health(running, browser), "doing") == "founding the world: drawing them and whom they follow"


def test_a_resumed_run_waits_for_a_worker_and_no_more_for_a_member(running: Run, browser: Any) -> None:
    Run.objects.filter(pk=running.pk).update(
        status="paused", wanted="run", waiting="a member to resume it", lease_until=None
    )
    assert fact(health(running, browser), "waiting for") == "a run worker to go on with it"


def test_exports_that_are_written_beside_the_steps_are_named(running: Run, browser: Any) -> None:
    from simapp.models import Export

    Export.objects.create(run=running, format="csv", status="running", progress=0.4)
    Export.objects.create(run=running, format="oasis")
    assert fact(health(running, browser), "exports") == "CSV: 40 % written, OASIS SQLite: waits for a worker"
