"""Facts 26 and 27 of OASIS's own tests, in their better form.

26. Two runs side by side never share recommendations (here); a restart after a kill continues with identical state
    (tests/runs/test_disturbed.py, test_kills.py); the same seed and inputs give an identical database
    (tests/laws/test_export_import.py, tests/runs/test_determinism.py).
27. An import of OASIS's X file yields exactly its edges and posts (here, from the file to the rows of a run).
28. That our OASIS database holds the world that it came from is tests/laws/test_oasis_database.py.
"""

from __future__ import annotations

import pytest

from recommender.registry import preset_names
from simapp.models import RunFollow, RunPost
from simapp.runs.services import store_upload, with_people
from tests.laws.histories import Kept
from tests.laws.minds import founded
from tests.runs.small import busy, finish, make


@pytest.mark.parametrize("preset", preset_names())
def test_two_runs_side_by_side_are_shown_what_each_is_shown_alone(preset: str) -> None:
    def alone(seed: int, users: str) -> list[tuple[bytes, bytes]]:
        kept = Kept()
        simulation = founded("echo-chambers", users, seed=seed, sink=kept, preset=preset)
        for _ in range(4):
            simulation.step()
        return [(r.digest, r.impressions_digest) for r in kept.records]

    expected = [alone(1, "population.users=40"), alone(2, "population.users=33")]
    sinks = [Kept(), Kept()]
    pair = [
        founded("echo-chambers", f"population.users={users}", seed=seed, sink=sink, preset=preset)
        for seed, users, sink in ((1, 40, sinks[0]), (2, 33, sinks[1]))
    ]
    # In one process and one after the other, as OASIS's module-wide lists did not survive.
    for simulation in [*pair, pair[1], pair[0], pair[0], pair[1], *pair]:
        simulation.step()
    for sink, want in zip(sinks, expected, strict=True):
        assert [(r.digest, r.impressions_digest) for r in sink.records] == want
    assert expected[0][-1] != expected[1][-1]


@pytest.mark.django_db(transaction=True)
def test_the_x_file_of_111_users_becomes_85_follows_and_one_post_and_nothing_else(shared_data) -> None:
    data = (shared_data / "oasis-propagation" / "users_x_111.csv").read_bytes()
    upload, people = store_upload(owner=None, name="users_x_111.csv", data=data)
    assert (people.users, people.skipped) == (111, [])
    run = finish(make(with_people(busy(), upload, people), steps=1))
    assert run.users == 111
    founding = RunFollow.objects.filter(run_id=run.pk, step=0)
    assert set(founding.values_list("follower", "followee")) == set(
        zip(people.follower.tolist(), people.followee.tolist(), strict=True)
    )
    assert founding.count() == 85
    assert list(RunPost.objects.filter(run_id=run.pk, step=0).values_list("author", "kind")) == [(32, 0)]
