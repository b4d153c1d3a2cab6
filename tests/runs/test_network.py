"""The network of a run: laid out once, coloured by the step, and nothing that a dead worker still says counts."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.db.models.functions import Now

from simapp.metrics.drawing.sample import Sample
from simapp.models import NetworkLayout, Run
from simapp.runs import forks, layouts
from simapp.runs.layouts import ask_layout, first_step, layouts_of
from simapp.runs.network import colours_at, inside, places_of
from simapp.runs.reconciler import Reconciler
from simapp.store.drawings import read_drawing, unpacked
from simapp.store.files import FileDamaged
from simapp.store.history import follow_graph
from simapp.store.opinions import opinions_at
from tests.runs.small import finish, make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("simapp.runs.services.quietly", lambda task, key: None)
    return finish(make(steps=6))


def pairs(drawing, edges) -> set[tuple[int, int]]:
    return {(int(a), int(b)) for a, b in drawing.users[edges]}


def test_a_layout_is_made_once_and_a_step_changes_colours_and_edges_only(run: Run, monkeypatch) -> None:
    assert first_step(run) == 0
    layout = ask_layout(run=run, step=0)
    assert ask_layout(run=run, step=0) == layout
    done = layouts.make(layout.pk)
    assert (done.status, done.error, done.progress) == ("done", "", 1.0)
    drawing = read_drawing(done)
    assert drawing.users.tolist() == list(range(run.users))
    founding = set(zip(*(ends.tolist() for ends in follow_graph(run, 0)), strict=True))
    assert pairs(drawing, drawing.edges) == founding
    assert done.facts["edges"] == len(founding)
    followers = np.bincount([followee for _, followee in founding], minlength=run.users)
    assert drawing.followers.tolist() == followers.tolist()

    colours = colours_at(run, done, run.step, 0, np.array([3, 5], np.int32))
    assert np.array_equal(colours.opinions, opinions_at(run, run.step)[:, 0])
    assert colours.members.tolist() == [3, 5]
    assert colours.activity.sum() > 0
    now = (founding | pairs(drawing, colours.added)) - pairs(drawing, colours.removed)
    assert now == set(zip(*(ends.tolist() for ends in follow_graph(run, run.step)), strict=True))
    assert len(colours.added)
    assert len(colours.removed)

    # Back from a later layout the same graph is found.
    later = layouts.make(ask_layout(run=run, step=run.step).pk)
    back = colours_at(run, later, 0, 0)
    then = pairs(drawing, read_drawing(later).edges) | pairs(drawing, back.added)
    assert then - pairs(drawing, back.removed) == founding

    # The same graph gives the same file, so work that is done twice does no harm.
    name = done.name
    NetworkLayout.objects.filter(pk=done.pk).update(status="queued")
    assert layouts.make(done.pk).name == name

    with pytest.raises(FileDamaged):
        unpacked(b"no drawing")


def test_a_fork_stands_where_its_ancestor_stood(run: Run) -> None:
    layout = layouts.make(ask_layout(run=run, step=0).pk)
    fork = forks.create_fork(run=run, at=3, member=None)
    assert layouts_of(fork) == [layout]
    assert colours_at(fork, layout, 2, 0).step == 2


def test_a_worker_that_was_taken_over_changes_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = ask_layout(run=run, step=0)
    real = layouts._drawn

    def slow(held, claim, workers):
        drawn = real(held, claim, workers)
        if claim.number == 1:
            silent = Now() - timedelta(seconds=layouts.SILENT_SECONDS + 1)
            NetworkLayout.objects.filter(pk=held.pk).update(touched=silent)
            assert layouts.make(held.pk).status == "done"  # by another worker
            NetworkLayout.objects.filter(pk=held.pk).update(facts={"by": "the other"})
        return drawn

    monkeypatch.setattr(layouts, "_drawn", slow)
    layouts.make(layout.pk)
    layout.refresh_from_db()
    assert (layout.status, layout.claim, layout.facts) == ("done", 2, {"by": "the other"})


def test_what_a_dead_worker_left_is_sent_again_and_a_failure_can_be_tried_anew(run: Run, monkeypatch) -> None:
    layout = ask_layout(run=run, step=0)
    sent: list[int] = []
    monkeypatch.setattr("simapp.runs.reconciler.lay_out_network.delay", sent.append)
    silent = Now() - timedelta(seconds=layouts.SILENT_SECONDS + 1)
    NetworkLayout.objects.filter(pk=layout.pk).update(status="running", touched=silent)
    Reconciler(send=lambda _run: None)._send_again()
    assert sent == [layout.pk]

    def breaks(*_args, **_more):
        raise MemoryError("too many")

    NetworkLayout.objects.filter(pk=layout.pk).update(status="queued")
    monkeypatch.setattr(layouts, "louvain", breaks)
    failed = layouts.make(layout.pk)
    assert (failed.status, failed.error) == ("failed", "MemoryError: too many")
    assert ask_layout(run=run, step=0).status == "queued"


def test_the_database_draws_the_same_users() -> None:
    sample = Sample.of(40_000, 11, 3_000)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT u FROM generate_series(0, 39999) u WHERE {sample.sql('u')} ORDER BY u")
        assert [row[0] for row in cursor.fetchall()] == sample.users(40_000).tolist()


def test_a_lasso_holds_what_it_goes_around() -> None:
    places = np.array([[0, 0], [0.5, 0.5], [2, 0], [0.9, -0.9], [0, 1.5]], np.float32)
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64)
    assert inside(square, places).tolist() == [True, True, False, True, False]
    notch = np.array([[-1, -1], [1, -1], [1, 1], [0, -0.5], [-1, 1]], np.float64)
    assert not inside(notch, places)[0]
    assert places_of(np.array([2, 9, 4], np.int32), np.array([1, 4, 9], np.int32)).tolist() == [2, 1]
