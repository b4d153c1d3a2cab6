"""The past is read from rows alone: at any step it says what the world was, for runs, forks, and forks of forks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simapp.engine.core.threads import Workers
from simapp.models import Run
from simapp.runs.course import Course
from simapp.runs.forks import create_fork
from simapp.runs.replaying import Nothing
from simapp.runs.rewinds import rewind
from simapp.store.history import LISTINGS, counters_at, follow_graph, page
from simapp.store.opinions import NoLongerKept, opinions_at
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 12


def worlds(run: Run) -> Any:
    """The run's world after each step, made again in memory."""
    course = Course(run, Workers(1))
    people = course.people()
    simulation = course.found(people, Nothing())
    course.finish_founding(simulation, people)
    yield simulation.world
    while simulation.world.step < run.step:
        simulation, _ = course.step(simulation)
        yield simulation.world


def written(run: Run, upto: int) -> dict[int, Any]:
    """Every post up to a step by key, page by page."""
    listing, rows, after = LISTINGS["posts"], [], None
    while True:
        found = page(run, listing, after=after, limit=37)
        rows += found.rows
        if (after := found.after) is None:
            break
    return {row[1]: row for row in rows if row[0] <= upto}


@pytest.fixture(params=["a run", "a fork", "a fork of a fork", "a rewound run", "a large run", "a large fork"])
def told(request: pytest.FixtureRequest, settings: Any) -> Run:
    if "large" in request.param:
        settings.SOCIARIUM_PARTITION_USERS = 1
    scenario = busy(
        "rumour", "minds.rates.follow=0.3", "minds.rates.unfollow=0.3", "minds.rates.dislike=0.2",
        "platform.hot_window_hours=400", "minds.opinion={kind: baumann}",
    )  # fmt: skip
    run = finish(make(scenario, steps=STEPS))
    if request.param == "a rewound run":
        rewind(run=run, to=5, member=None)
        Run.objects.filter(pk=run.pk).update(wanted="run")
        return finish(run)
    for at in {"a fork": [7], "a large fork": [7], "a fork of a fork": [4, 8]}.get(request.param, []):
        run = finish(create_fork(run=run, at=at, member=None, changes=[f"minds.rates.like=0.{at}"]))
    return run


def test_what_the_rows_say_of_a_step_is_what_the_world_was(told: Run) -> None:
    for step, world in enumerate(worlds(told)):
        follower, followee = follow_graph(told, step)
        edges = np.stack(world.follows.edges(), axis=1)
        order = np.lexsort((edges[:, 1], edges[:, 0]))
        assert np.array_equal(np.stack([follower, followee], axis=1), edges[order]), step
        assert np.array_equal(opinions_at(told, step), world.shown_opinions()), step
        posts = world.posts
        rows = written(told, step)
        assert sorted(rows) == sorted(posts.key.tolist()), step
        originals = posts.key[posts.text >= 0].tolist()
        found = counters_at(told, originals, step)
        for row in np.flatnonzero(posts.text >= 0).tolist():
            held = found[int(posts.key[row])]
            assert (held.likes, held.dislikes) == (posts.likes[row], posts.dislikes[row]), (step, row)
            assert (held.shares, held.comments) == (posts.shares[row], posts.comments[row]), (step, row)
            text = rows[int(posts.key[row])][-1]
            assert text == world.texts[int(posts.text[row])], (step, row)
    assert step == STEPS


def test_a_step_whose_opinions_went_by_rule_is_said_to_be_no_longer_kept() -> None:
    run = finish(make(steps=STEPS, keep={"opinions": "last 2"}))
    assert opinions_at(run, STEPS).shape[0] == run.users
    with pytest.raises(NoLongerKept, match=r"step 3 .* no longer kept"):
        opinions_at(run, 3)
    with pytest.raises(LookupError, match="step 13"):
        opinions_at(run, STEPS + 1)
