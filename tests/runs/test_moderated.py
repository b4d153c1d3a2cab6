"""Moderation that a scenario orders: who sees what from which step on, in runs on the real parts."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from simapp.engine.actions.registry import action_named, code_of
from simapp.engine.core.ids import SYSTEM
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.models import Run, RunEvent, RunPost, RunText
from simapp.runs.assemble import Parts
from simapp.runs.people import people_of
from simapp.runs.replaying import replay
from simapp.runs.snapshot_files import newest_good
from simapp.scenarios.document import load_scenario
from simapp.store.files import list_files, run_folder
from simapp.store.parquet import read_log
from tests.contracts.test_actions import request
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)

NEWS = {"kind": "inject_post", "at": 2, "author": 5, "text": "breaking", "topic": "work", "appeal": 1.0}


def moderated(*changes: dict[str, Any]) -> Run:
    # Long feeds that show everything again in every step.
    always = ("feed.preset=reddit-hot", "feed.seen_memory=0", "feed.k=100")
    scenario = busy("rumour", f"interventions={json.dumps([NEWS, *changes])}", *always)
    return finish(make(scenario, steps=9))


def shown_at(run: Run, posts: set[int]) -> set[int]:
    """The steps in which any of the posts was shown to anybody."""
    steps = set()
    for step, file in list_files(run.pk, "impressions", upto=run.step):
        if posts & set(read_log(run_folder(run.pk), file)["post"].to_list()):
            steps.add(step)
    return steps


def family(run: Run) -> set[int]:
    """Keys of the injected post and its reposts."""
    text = RunText.objects.get(run_id=run.pk, text="breaking").text_id
    key = RunPost.objects.get(run_id=run.pk, text_id=text).key
    return {key, *RunPost.objects.filter(run_id=run.pk, root=key, kind=1).values_list("key", flat=True)}


def test_a_post_that_is_removed_at_a_step_is_shown_in_no_feed_from_that_step_on() -> None:
    free, held = moderated(), moderated({"kind": "remove_post", "at": 5, "post": 1})
    assert max(shown_at(free, family(free))) > 5
    assert {3, 4} <= shown_at(held, family(held)) <= {3, 4}
    event = RunEvent.objects.get(run_id=held.pk, code=code_of("remove_post"))
    assert (event.step, event.seq, event.actor, event.outcome) == (5, 0, SYSTEM, Outcome.DONE)
    assert event.target in family(held)
    assert replay(held, workers=Workers(2, 5)).differs_at is None


def test_a_restored_post_is_shown_again() -> None:
    run = moderated({"kind": "remove_post", "at": 4, "post": 1}, {"kind": "restore_post", "at": 6, "post": 1})
    steps = shown_at(run, family(run))
    assert not {4, 5} & steps
    assert max(steps) >= 6


def test_a_suspended_user_does_nothing_from_the_step_on_and_is_seen_by_nobody() -> None:
    run = moderated({"kind": "suspend_user", "at": 4, "user": 5})
    did = RunEvent.objects.filter(run_id=run.pk, actor=5)
    assert did.filter(step__lt=4, outcome=0).exists()
    assert not did.filter(step__gte=4, outcome=0).exists()
    assert set(did.filter(step__gte=4).values_list("outcome", flat=True)) == {Outcome.SUSPENDED}
    written = set(RunPost.objects.filter(run_id=run.pk, author=5).values_list("key", flat=True))
    assert 3 in shown_at(run, written)
    assert max(shown_at(run, written)) == 3


def test_moderation_that_meets_nothing_is_a_refused_event_and_changes_nothing_else() -> None:
    plain, vain = moderated(), moderated({"kind": "label_post", "at": 5, "post": "most_reported", "text": "x"})
    refused = RunEvent.objects.get(run_id=vain.pk, code=code_of("label_post"))
    assert (refused.outcome, refused.post) == (Outcome.UNKNOWN_POST, -1)

    def others(run: Run) -> list[tuple[Any, ...]]:
        columns = ("step", "actor", "code", "outcome", "n", "post", "target", "user_id")
        rows = RunEvent.objects.filter(run_id=run.pk).exclude(code=code_of("label_post"))
        return list(rows.order_by("step", "seq").values_list(*columns))

    assert others(plain) == others(vain)


def test_users_of_a_resumed_run_are_found_by_the_names_that_they_were_founded_with() -> None:
    run = finish(make(steps=3))
    scenario = load_scenario(run.scenario_version.document)
    restored = newest_good(run.pk)
    assert restored is not None
    parts = Parts(scenario, Streams(run.seed), Workers(1))
    parts.simulation(restored.world, None)  # type: ignore[arg-type]
    names = people_of(scenario, parts.streams).profiles.rows(0, 120)
    for user in (0, 17, 119):
        query = restored.world.texts.add(names[user].handle.upper())
        found = action_named("search_user").answer(restored.world, request("search_user", 3, text=query))
        assert int(found.found[0]) == user


def test_whoever_asks_for_the_feed_after_a_step_gets_what_the_runs_own_ranking_shows() -> None:
    run = finish(make(busy("rumour", "feed.preset=reddit-hot"), steps=3))
    restored = newest_good(run.pk)
    assert restored is not None
    world = restored.world
    parts = Parts(load_scenario(run.scenario_version.document), Streams(run.seed), Workers(1))
    simulation = parts.simulation(world, None)  # type: ignore[arg-type]
    viewers = np.arange(120, dtype=np.int32)
    feed = simulation.feed.rank(world, viewers, simulation.feed_size, parts.streams, Workers(1))
    for user in (2, 50):
        answer = action_named("refresh").answer(world, request("refresh", user))
        assert answer.found.tolist() == [p for p in feed.posts[user].tolist() if p >= 0]
