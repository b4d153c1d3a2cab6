"""What a step left behind is in the database, row for row."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection, transaction

from simapp.engine.core import ids
from simapp.store.files import list_files
from simapp.store.models import Run
from simapp.store.partitions import delete_run_rows, ensure_partition, is_large
from simapp.store.rows import (
    RunEvent,
    RunFile,
    RunFollow,
    RunInput,
    RunMetric,
    RunPost,
    RunStep,
    RunText,
    RunUser,
)
from simapp.store.writer import storable, text_hash, write_inputs
from tests.store.story import tell

pytestmark = pytest.mark.django_db


def test_every_event_of_every_step_is_there_in_order(told):
    for record in told.records:
        rows = RunEvent.objects.filter(run_id=told.run.pk, step=record.step).order_by("seq")
        found = list(
            rows.values_list("actor", "code", "outcome", "n", "post", "target", "user_id", "text_id")
        )
        e = record.events
        assert found == list(
            zip(
                *(c.tolist() for c in (e.actor, e.code, e.outcome, e.n, e.post, e.target, e.user, e.text)),
                strict=True,
            )
        )
    assert RunEvent.objects.filter(run_id=told.run.pk).count() == sum(len(r.events) for r in told.records)


def test_every_post_is_there_under_its_key(told):
    for record in told.records:
        rows = RunPost.objects.filter(run_id=told.run.pk, step=record.step)
        p = record.posts
        found = {r.key: (r.author, r.root, r.parent, r.kind, r.text_id, r.topic) for r in rows}
        columns = (p.author, p.root, p.parent, p.kind, p.text, p.topic)
        assert found == dict(
            zip(p.key.tolist(), zip(*(c.tolist() for c in columns), strict=True), strict=True)
        )
        for row in rows:
            assert ids.split_post_key(row.key)[1] == row.step


def test_the_graph_of_the_changes_is_the_graph_of_the_world(told):
    edges: dict[tuple[int, int], int] = {}
    for row in RunFollow.objects.filter(run_id=told.run.pk):
        edges[row.follower, row.followee] = edges.get((row.follower, row.followee), 0) + (1 if row.on else -1)
    follower, followee = told.world.follows.edges()
    assert {edge for edge, balance in edges.items() if balance > 0} == set(
        zip(follower.tolist(), followee.tolist(), strict=True)
    )


def test_users_keep_their_profile_and_columns(told):
    found = list(RunUser.objects.filter(run_id=told.run.pk).order_by("user_id"))
    assert len(found) == told.population.users
    for user, profile in zip(found, told.population.profiles.rows(0, 99), strict=True):
        assert (user.handle, user.name, user.bio, user.persona, user.country, user.mbti) == (
            profile.handle,
            profile.name,
            profile.bio,
            profile.persona,
            profile.country,
            profile.mbti,
        )
        assert user.age == told.population.age[user.user_id]
        assert np.float32(user.voice) == told.population.voice[user.user_id]


def test_each_text_is_stored_once_with_the_step_that_first_used_it(told):
    rows = RunText.objects.filter(run_id=told.run.pk)
    assert {(t.text_id, t.text) for t in rows} == {pair for r in told.records for pair in r.texts}
    assert "unused" not in {t.text for t in rows}
    for text in rows:
        assert text.hash == text_hash(text.text)


def test_a_missing_metric_is_null_and_not_zero(told):
    points = RunMetric.objects.filter(run_id=told.run.pk, name="undefined")
    assert points.count() == len(told.records)
    assert {(p.value, p.null_value) for p in points} == {(None, None)}
    variance = RunMetric.objects.get(run_id=told.run.pk, name="opinion_variance", step=2)
    assert variance.value == pytest.approx(told.records[2].metrics["opinion_variance"].value, abs=0)
    assert variance.null_value == pytest.approx(1 / 3)


def test_the_step_row_holds_digest_counts_and_histogram(told):
    row = RunStep.objects.get(run_id=told.run.pk, step=3)
    record = told.records[3]
    assert bytes(row.digest) == record.digest
    assert bytes(row.impressions_digest) == record.impressions_digest
    assert row.counts == record.counts
    assert row.histogram == record.histogram.tolist()
    assert row.stages.keys() >= {"rank", "apply"}
    assert row.committed is not None


def test_a_rolled_back_step_leaves_no_row(told):
    with transaction.atomic(), connection.cursor() as cursor:
        write_inputs(cursor, told.run.pk, 9, [{"kind": "inject_post", "text": "x"}])
        assert RunInput.objects.filter(run_id=told.run.pk).exists()
        transaction.set_rollback(True)
    assert not RunInput.objects.filter(run_id=told.run.pk).exists()


def test_the_same_step_cannot_be_written_twice(told):
    from django.db import IntegrityError

    from simapp.store.writer import write_step

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        write_step(cursor, told.run.pk, told.records[1])


def test_an_input_comes_back_as_it_was_given(told):
    given = [{"kind": "inject_post", "author": 3, "text": "ü"}, {"kind": "switch_feed", "member_id": 4}]
    with connection.cursor() as cursor:
        write_inputs(cursor, told.run.pk, 5, given)
    rows = RunInput.objects.filter(run_id=told.run.pk, step=5).order_by("seq")
    assert [row.payload for row in rows] == given
    assert [row.member_id for row in rows] == [None, 4]


def test_text_that_the_database_cannot_hold_is_marked_not_lost():
    assert storable("plain") == "plain"
    assert storable("a\0b") == "a\ufffdb"
    assert storable("ü🏠") == "ü🏠"
    assert storable("\ud83d!") == "\ufffd!"


def test_a_run_with_partitions_of_its_own_has_all_its_rows_in_them(new_run, settings):
    settings.SOCIARIUM_PARTITION_USERS = 8
    run = new_run()
    assert ensure_partition(run.pk, 8)
    assert ensure_partition(run.pk, 8), "asking twice is harmless"
    told = tell(run, steps=1)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM run_event_{run.pk}")
        assert cursor.fetchone()[0] == sum(len(r.events) for r in told.records)
        cursor.execute("SELECT count(*) FROM run_event_shared WHERE run_id = %s", [run.pk])
        assert cursor.fetchone()[0] == 0
        delete_run_rows(cursor, run.pk)
        cursor.execute("SELECT to_regclass(%s)", [f"run_event_{run.pk}"])
        assert cursor.fetchone()[0] is None


def test_a_run_that_shares_stays_shared_when_partitions_come_too_late(told, settings):
    settings.SOCIARIUM_PARTITION_USERS = 8
    assert not ensure_partition(told.run.pk, 8)
    assert RunEvent.objects.filter(run_id=told.run.pk).exists()


def test_deleting_rows_of_a_run_leaves_other_runs_alone(told):
    other = Run.objects.create(scenario_version=told.run.scenario_version, seed=1, steps=10)
    tell(other, steps=1)
    with connection.cursor() as cursor:
        delete_run_rows(cursor, told.run.pk)
    for model in (RunUser, RunText, RunPost, RunEvent, RunFollow, RunMetric, RunStep, RunFile):
        assert not model.objects.filter(run_id=told.run.pk).exists()
        assert model.objects.filter(run_id=other.pk).exists()


def test_only_large_runs_get_partitions(settings):
    assert not is_large(99_999)
    assert is_large(100_000)
    settings.SOCIARIUM_PARTITION_USERS = 50
    assert is_large(50)
    assert not ensure_partition(1, 49)


def test_files_are_listed_by_step(told):
    assert [step for step, _ in list_files(told.run.pk, "opinions", upto=99)] == [0, 1, 2, 3, 4]
    assert [step for step, _ in list_files(told.run.pk, "opinions", after=1, upto=3)] == [2, 3]
