"""Forks share a past and go their own way: unchanged ones end where their parent does."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.threads import Workers
from simapp.models import Run, RunFile, RunInput, RunStep, RunText
from simapp.runs.forks import create_fork
from simapp.runs.points import points_after, snapshot_of
from simapp.runs.replaying import replay
from simapp.runs.rewinds import rewind
from simapp.runs.services import Refused, resume
from simapp.runs.sink import DatabaseSink
from simapp.store.files import run_folder
from simapp.store.writer import write_inputs
from tests.runs.left import left_by
from tests.runs.small import VARIED, busy, finish, make
from tests.runs.test_disturbed import to_its_end

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 14


# Each kind of scenario at one step, and the first and the last step that can be.
PLACES = [*zip(VARIED, (0, 5, 6, 9, 7, 5), strict=True), (next(iter(VARIED)), STEPS - 1)]


@pytest.mark.parametrize(("kind", "at"), PLACES)
def test_an_unchanged_fork_ends_as_its_parent(kind: str, at: int) -> None:
    parent = finish(make(VARIED[kind](), steps=STEPS))
    made = finish(create_fork(run=parent, at=at, member=None))
    assert (made.status, made.step, made.error) == ("finished", STEPS, "")
    assert made.digest_hex == parent.digest_hex
    assert bytes(made.impressions_digest) == bytes(parent.impressions_digest)
    assert made.events == parent.events
    # Nothing of the past was copied, and all of the rest was made.
    assert list(RunStep.objects.filter(run_id=made.pk).order_by("step").values_list("step", flat=True)) == list(
        range(at + 1, STEPS + 1)
    )
    result = replay(made, workers=Workers(1))
    assert (result.differs_at, result.digest) == (None, made.digest_hex)


CHANGES = {
    "another feed": ["feed.preset=reddit-hot"],
    "a shorter memory and fewer posts": ["feed.seen_memory=3", "feed.k=4"],
    "a longer memory": ["feed.seen_memory=400", "feed.k=9"],
    "other rates": ["minds.rates.repost=0.1", "minds.rates.like=0.9"],
    "a platform without reposts": ['platform.actions=["create_post","like_post","follow"]'],
    "a post at a later step": [
        'interventions=[{"kind": "inject_post", "at": 9, "author": "random", "text": "late news", "topic": "work"}]'
    ],
}


def test_a_changed_fork_differs_after_its_step_only_and_whatever_kills_it(
    subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = busy("rumour", "interventions=[]")
    parent = finish(make(scenario, steps=STEPS))
    for what, changes in CHANGES.items():
        with subtests.test(what):
            expected = to_its_end(create_fork(run=parent, at=6, member=None, changes=changes), [], monkeypatch)
            assert (expected.status, expected.step, expected.error) == ("finished", STEPS, "")
            assert expected.digest_hex != parent.digest_hex
            assert replay(expected, workers=Workers(2)).differs_at is None
            for deaths in (
                [("in rank", 6), ("before commit", 7), ("after commit", 9), ("in snapshot", 10)],
                [("after commit", 7), ("after commit", 11)],
            ):
                made = create_fork(run=parent, at=6, member=None, changes=changes)
                made = to_its_end(made, deaths, monkeypatch)
                assert (made.status, made.error, made.digest_hex) == ("finished", "", expected.digest_hex)
                assert left_by(made) == left_by(expected)
    parent.refresh_from_db()
    assert replay(parent, workers=Workers(1)).differs_at is None


def without_snapshots(*runs: Run) -> None:
    for run in runs:
        for name in RunFile.objects.filter(run_id=run.rows, kind="snapshot").values_list("name", flat=True):
            (run_folder(run.rows) / name).unlink(missing_ok=True)


def test_a_fork_of_a_fork_repeats_every_part_of_its_past_as_it_was_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = busy(
        "rumour",
        'interventions=[{"kind": "switch_feed", "at": 3, "preset": "reddit-hot"},'
        '{"kind": "switch_feed", "at": 12, "preset": "chronological"}]',
    )
    parent = finish(make(scenario, steps=STEPS))
    child = finish(
        create_fork(run=parent, at=5, member=None, changes=["feed.preset=chronological", "feed.seen_memory=5"])
    )
    again = create_fork(run=child, at=9, member=None, changes=["minds.rates.repost=0.2"], seed=99)
    once = to_its_end(again, [], monkeypatch)
    assert (once.status, once.step, once.error) == ("finished", STEPS, "")
    assert once.digest_hex not in {parent.digest_hex, child.digest_hex}
    assert replay(once, workers=Workers(1)).differs_at is None
    without_snapshots(parent, child, again)
    twice = create_fork(run=child, at=9, member=None, changes=["minds.rates.repost=0.2"], seed=99)
    twice = to_its_end(twice, [("after commit", 11)], monkeypatch)
    assert (twice.status, twice.digest_hex) == ("finished", once.digest_hex), twice.error
    assert left_by(twice) == left_by(once)


def test_a_fork_that_chooses_a_feed_has_it_and_one_that_does_not_keeps_the_last_switch() -> None:
    switched = busy("rumour", 'interventions=[{"kind": "switch_feed", "at": 3, "preset": "reddit-hot"}]')
    parent = finish(make(switched, steps=10))
    kept = finish(create_fork(run=parent, at=5, member=None, changes=["feed.seen_memory=201"]))
    chosen = finish(create_fork(run=parent, at=5, member=None, changes=["feed.preset=chronological"]))
    plain = finish(create_fork(run=parent, at=5, member=None))
    assert plain.digest_hex == parent.digest_hex
    # The document's own preset was chronological all along: setting it says that it is to be in force again.
    assert kept.digest_hex == parent.digest_hex
    assert chosen.digest_hex != parent.digest_hex
    assert replay(chosen, workers=Workers(1)).differs_at is None
    # Also where a fork leaves at the very step at which its parent began, or the parent goes back to it.
    for at in (5, 7):
        assert finish(create_fork(run=chosen, at=at, member=None)).digest_hex == chosen.digest_hex
    tail = rewind(run=chosen, to=5, member=None)
    resume(run=chosen, member=None)
    assert finish(chosen).digest_hex == tail.digest_hex


def test_a_fork_repeats_what_members_did_in_its_parent_unless_it_is_asked_not_to() -> None:
    def steered() -> Run:
        run = make(busy(), steps=STEPS)
        with connection.cursor() as cursor:
            write_inputs(cursor, run.pk, 3, [{"kind": "switch_feed", "preset": "reddit-hot", "params": {}}])
            write_inputs(cursor, run.pk, 9, [{"kind": "switch_feed", "preset": "chronological", "params": {}}])
        return finish(run)

    parent = steered()
    same = finish(create_fork(run=parent, at=5, member=None))
    other = finish(create_fork(run=parent, at=5, member=None, inputs=False))
    assert same.digest_hex == parent.digest_hex
    assert RunInput.objects.filter(run_id=same.pk).values_list("step", flat=True).get() == 9
    assert other.digest_hex != parent.digest_hex
    assert not RunInput.objects.filter(run_id=other.pk).exists()
    assert replay(other, workers=Workers(1)).differs_at is None


def test_a_fork_starts_from_the_newest_snapshot_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = finish(make(steps=STEPS))
    held = list(RunFile.objects.filter(run_id=parent.pk, kind="snapshot").values_list("step", flat=True))
    made, repeated = create_fork(run=parent, at=max(s for s in held if s < STEPS - 1) + 1, member=None), []
    commit = DatabaseSink.commit

    def seen(self: Any, record: Any, world: Any) -> None:
        repeated.append(record.step)
        commit(self, record, world)

    monkeypatch.setattr(DatabaseSink, "commit", seen)
    finish(made)
    assert repeated[0] == made.fork_step


def test_another_seed_changes_what_comes_after_and_not_what_was() -> None:
    parent = finish(make(steps=10))
    made = finish(create_fork(run=parent, at=4, member=None, seed=8))
    assert made.digest_hex != parent.digest_hex
    assert replay(made, workers=Workers(1)).differs_at is None


def test_a_fork_can_be_made_of_a_run_that_is_going_and_be_longer_than_it() -> None:
    expected = finish(make(steps=20))
    made: list[Run] = []

    def branch(record: Any) -> None:
        if record.step == 5:
            made.append(create_fork(run=parent, at=5, member=None, steps=20))

    parent = make(steps=8)
    finish(parent, progress=branch)
    assert finish(made[0]).digest_hex == expected.digest_hex


def test_readers_of_a_fork_see_one_run() -> None:
    parent = finish(make(steps=10))
    made = create_fork(run=parent, at=4, member=None)
    assert [row["step"] for row in points_after(made, -1).rows] == [0, 1, 2, 3, 4]
    assert snapshot_of(made.pk).step.digest == made.digest_hex
    made = finish(made)
    assert points_after(made, -1).rows == points_after(parent, -1).rows
    own = RunText.objects.filter(run_id=made.pk)
    assert all(step > 4 for step in own.values_list("step", flat=True))
    assert own.count() + RunText.objects.filter(run_id=parent.pk, step__lte=4).count() == (
        RunText.objects.filter(run_id=parent.pk).count()
    )


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"at": 11}, "at is 11; run .* has steps 0 to 10"),
    ({"at": -1}, "at is -1"),
    ({"changes": ["population.users=50"]}, "population.users cannot change in a fork"),
    ({"changes": ["population.activity.minimum=0.1"]}, "population.activity.minimum cannot change"),
    ({"changes": ["topics=[work]"]}, "topics cannot change"),
    ({"changes": ["clock.minutes_per_step=5"]}, "clock.minutes_per_step cannot change"),
    ({"changes": ["minds.opinion.kind=none"]}, "minds.opinion.kind cannot change"),
    ({"changes": ["network.kind=random"]}, "network"),
    ({"changes": ["interventions=[]"]}, "interventions up to step 4 cannot change"),
    ({"changes": ["feed.nonsense=1"]}, "nonsense"),
    ({"changes": ["clock.steps=3"]}, "clock.steps is 3; it must be a whole number from 5"),
    ({"steps": 4}, "steps is 4; it must be"),
    ({"steps": 10**6}, "steps is 1000000"),
    ({"seed": -1}, "seed is -1"),
]


def test_what_a_fork_cannot_change_is_refused_by_name(subtests: pytest.Subtests) -> None:
    scenario = busy(
        "echo-chambers", 'interventions=[{"kind": "switch_feed", "at": 3, "preset": "reddit-hot"}]'
    )
    parent = finish(make(scenario, steps=10))
    for wish, sentence in REFUSED:
        with subtests.test(wish=wish):
            with pytest.raises(WrongInput, match=sentence):
                create_fork(run=parent, **{"at": 4, "member": None, **wish})
            assert Run.objects.count() == 1


def test_a_step_that_an_ancestor_made_with_other_settings_is_forked_there() -> None:
    parent = finish(make(steps=10))
    child = finish(create_fork(run=parent, at=6, member=None, changes=["minds.rates.like=0.9"]))
    with pytest.raises(Refused, match=f"made by run {parent.pk} with other settings"):
        create_fork(run=child, at=3, member=None)
    twin = finish(create_fork(run=parent, at=6, member=None))
    assert finish(create_fork(run=twin, at=3, member=None)).digest_hex == parent.digest_hex


def test_a_run_without_a_founding_cannot_be_forked() -> None:
    with pytest.raises(WrongInput, match="has no steps yet"):
        create_fork(run=make(), at=0, member=None)


def test_a_large_fork_gets_partitions_of_its_own(settings: Any) -> None:
    settings.SOCIARIUM_PARTITION_USERS = 100
    parent = finish(make(steps=6))
    made = finish(create_fork(run=parent, at=3, member=None))
    assert made.digest_hex == parent.digest_hex
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(step), max(step) FROM run_step_{made.pk}")
        assert cursor.fetchone() == (4, 6)
