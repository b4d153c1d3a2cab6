"""A run is a function of scenario version, seed and input log."""

from __future__ import annotations

import pytest

from simapp.engine.core.threads import Workers
from simapp.models import RunEvent, RunStep
from simapp.runs.replaying import replay
from simapp.runs.services import store_upload, with_people
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)


def test_threads_and_batch_size_never_show() -> None:
    runs = [
        finish(make(), Workers(threads, batch))
        for threads, batch in ((1, 16_384), (2, 16_384), (2, 7), (1, 1))
    ]
    assert len({run.digest_hex for run in runs}) == 1
    assert len({bytes(run.impressions_digest) for run in runs}) == 1
    assert runs[0].events > 100


@pytest.mark.parametrize("slug", ["rumour", "first-vote"])
def test_the_same_seed_gives_the_same_run_and_another_seed_another(slug: str) -> None:
    first, again, other = (finish(make(busy(slug), seed=seed)) for seed in (3, 3, 4))
    assert first.digest_hex == again.digest_hex
    assert first.digest_hex != other.digest_hex


def test_the_real_people_of_the_x_file_run_the_same_whatever_the_threads(shared_data) -> None:
    data = (shared_data / "oasis-propagation" / "users_x_111.csv").read_bytes()
    upload, people = store_upload(owner=None, name="users_x_111.csv", data=data)
    scenario = with_people(busy(), upload, people)
    runs = [
        finish(make(scenario, steps=20), Workers(threads, batch)) for threads, batch in ((1, 999), (2, 13))
    ]
    assert runs[0].users == 111
    assert runs[0].digest_hex == runs[1].digest_hex
    assert RunEvent.objects.filter(run_id=runs[0].pk, step=0).count() == 1


def test_a_replay_confirms_a_run_and_notices_a_changed_record() -> None:
    run = finish(make())
    confirmed = replay(run, workers=Workers(2, 5))
    assert (confirmed.differs_at, confirmed.digest) == (None, run.digest_hex)
    RunStep.objects.filter(run_id=run.pk, step=4).update(digest=bytes(32))
    assert replay(run, workers=Workers(1)).differs_at == 4


def test_an_intervention_that_injects_nothing_new_changes_nothing_else() -> None:
    plain = busy()
    # The same feed is switched in again at step 5: an intervention that does nothing.
    same = busy(
        "rumour", 'interventions=[{"kind": "switch_feed", "at": 5, "preset": "chronological", "params": {}}]'
    )
    assert finish(make(plain)).digest_hex == finish(make(same)).digest_hex


@pytest.mark.parametrize("seed", [3, 5])
def test_a_post_that_nobody_sees_changes_nothing_but_itself(seed: int) -> None:
    # Two arms of an experiment. User 0 has no followers, and nobody is shown strangers.
    quiet = ("feed.explore=0", "network.reciprocity=0", "network.mean_followees=3", "minds.rates.follow=0")
    post = '[{"kind": "inject_post", "at": 3, "author": 0, "text": "unheard", "topic": "work"}]'
    arms = [
        finish(make(busy("rumour", *quiet, *more), seed=seed)) for more in ((), (f"interventions={post}",))
    ]
    columns = ("step", "actor", "code", "outcome", "n", "post", "target", "user_id")
    plain, treated = (set(RunEvent.objects.filter(run_id=arm.pk).values_list(*columns)) for arm in arms)
    assert len(plain) > 100
    assert not plain - treated
    assert [(row[0], row[1]) for row in treated - plain] == [(3, 0)]
    assert len({bytes(arm.impressions_digest) for arm in arms}) == 1
