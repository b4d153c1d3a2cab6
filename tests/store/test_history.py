"""The past read from rows is the past that the world lived through."""

from __future__ import annotations

import numpy as np
import pytest

from simapp.engine.core import cascades
from simapp.engine.core.posts import REPOST
from simapp.store import history
from simapp.store.asked import ModelReply, QuestionBatch
from simapp.store.history import LISTINGS, Counters
from simapp.store.marks import Marks, marks_at
from simapp.store.models import Run
from simapp.store.rows import RunEvent, RunPost
from tests.store.story import tell

pytestmark = pytest.mark.django_db


def test_counters_from_events_are_those_of_the_world(told):
    posts = told.world.posts
    own = posts.kind != REPOST
    found = history.counters_at(told.run, posts.key[own].tolist(), told.last)
    for row in np.flatnonzero(own):
        assert found[int(posts.key[row])] == Counters(
            int(posts.likes[row]), int(posts.dislikes[row]), int(posts.shares[row]), int(posts.comments[row])
        )


def test_counters_of_a_past_step_know_nothing_of_what_came_later(told):
    first = int(told.world.posts.key[0])
    at = [history.counters_at(told.run, [first], step)[first] for step in range(5)]
    assert [c.likes for c in at] == [0, 2, 2, 2, 2]
    assert [c.dislikes for c in at] == [0, 1, 1, 0, 0]
    assert [c.shares for c in at] == [0, 2, 3, 4, 4]
    assert [c.comments for c in at] == [0, 1, 1, 1, 1]


def test_the_cascade_is_that_of_the_world(told):
    posts = told.world.posts
    rows = cascades.members(posts, 0)
    cascade = history.cascade_of(told.run, int(posts.key[0]))
    assert cascade.keys[0] == posts.key[0]
    assert cascade.whole
    assert dict(zip(cascade.keys.tolist(), cascade.depths.tolist(), strict=True)) == dict(
        zip(posts.key[rows].tolist(), posts.depth[rows].tolist(), strict=True)
    )
    early = history.cascade_of(told.run, int(posts.key[0]), step=1)
    assert set(early.steps.tolist()) == {0, 1}
    cut = history.cascade_of(told.run, int(posts.key[0]), limit=2)
    assert (len(cut.keys), cut.whole) == (2, False)


def test_the_cascade_of_an_unknown_post_is_empty(told):
    cascade = history.cascade_of(told.run, 12345)
    assert len(cascade.keys) == len(cascade.depths) == 0


def test_the_follow_graph_of_the_last_step_is_that_of_the_world(told):
    for found, lived in zip(
        history.follow_graph(told.run, told.last), told.world.follows.edges(), strict=True
    ):
        np.testing.assert_array_equal(found, lived)


def test_the_follow_graph_of_a_past_step_is_the_one_of_then(told):
    def edges(step):
        return set(zip(*(side.tolist() for side in history.follow_graph(told.run, step)), strict=True))

    assert (6, 7) in edges(1)
    assert (6, 7) not in edges(2)
    assert (6, 0) in edges(2) - edges(1)
    assert len(edges(0)) == 5


def test_a_series_keeps_gaps_as_gaps(told):
    series = history.metric_series(told.run, ["opinion_variance", "undefined", "unknown"], after=1)
    assert [step for step, _, _ in series["opinion_variance"]] == [2, 3, 4]
    assert {value for _, value, _ in series["undefined"]} == {None}
    assert series["unknown"] == []


def ask_about_six(run):
    """Six batches of a question each, and their replies, in steps 1 and 2."""
    for user in range(6):
        batch = QuestionBatch.objects.create(
            run_id=run.rows, asker=run, step=1 + user % 2, tier="endpoint", model="oracle", users=[user]
        )
        ModelReply.objects.create(
            run_id=run.rows, step=batch.step, user_id=user, batch=batch, tier="endpoint", model="oracle",
            outcome="answered",
        )  # fmt: skip


@pytest.mark.parametrize("name", LISTINGS)
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_together_are_the_whole_table(told, name, limit):
    if name in ("batches", "replies"):
        ask_about_six(told.run)
    listing, rows, after = LISTINGS[name], [], None
    while True:
        page = history.page(told.run, listing, after=after, limit=limit)
        assert len(page.rows) <= limit
        rows += page.rows
        if page.after is None:
            break
        after = page.after
    whole = history.page(told.run, listing, limit=1000)
    assert rows == whole.rows
    assert len(rows) == len({repr(row) for row in rows}) > 4


def test_a_part_of_a_cursor_starts_at_its_first_row(told):
    page = history.page(told.run, LISTINGS["events"], after=(2,))
    assert page.rows[0][:2] == (2, 0)
    assert {row[0] for row in page.rows} == {2, 3}


def test_a_fork_reads_its_ancestors_past_and_not_their_future(told):
    fork = Run.objects.create(
        scenario_version=told.run.scenario_version, seed=7, steps=10, parent=told.run, fork_step=1, step=3
    )
    other = Run.objects.create(scenario_version=told.run.scenario_version, seed=8, steps=10)
    story = {2: [(7, "like_post", {"post": 0})], 3: [(7, "follow", {"user": 2})]}
    tell(other, steps=3, story=story)
    # As a fork writes: only what came after it.
    for model in (RunEvent, RunPost):
        model.objects.filter(run_id=other.pk, step__gt=1).update(run_id=fork.pk)
    events = history.page(fork, LISTINGS["events"]).rows
    assert {row[0] for row in events} == {0, 1, 2, 3}
    shared = [row for row in history.page(told.run, LISTINGS["events"]).rows if row[0] <= 1]
    assert events[: len(shared)] == shared
    assert len(events) == len(shared) + 2
    assert len(history.page(fork, LISTINGS["users"]).rows) == 8
    first = int(told.world.posts.key[0])
    assert history.counters_at(fork, [first], 3)[first] == Counters(likes=3, dislikes=1, shares=2, comments=1)


MODERATED = {
    1: [(4, "create_comment", {"post": 0, "text": "a comment"}), (2, "repost", {"post": 0})],
    2: [
        (0, "like_comment", {"post": 3}),
        (1, "like_comment", {"post": 3}),
        (5, "dislike_comment", {"post": 3}),
        (6, "report_post", {"post": 0, "text": "spam"}),
        (7, "report_post", {"post": 0, "text": "spam"}),
        (7, "report_post", {"post": 2, "text": "spam"}),
        (7, "label_post", {"post": 0, "text": "disputed"}),
        (7, "demote_post", {"post": 1}),
    ],
    3: [
        (7, "label_post", {"post": 0, "text": "false"}),
        (7, "note_post", {"post": 0, "text": "context"}),
        (7, "remove_post", {"post": 0}),
        (7, "undo_demote_post", {"post": 1}),
    ],
    4: [(0, "unlike_comment", {"post": 3}), (7, "restore_post", {"post": 0})],
}


@pytest.fixture
def moderated(new_run):
    return tell(new_run(), story=MODERATED)


def test_counters_of_comments_and_reports_are_those_of_the_world(moderated):
    posts = moderated.world.posts
    found = history.counters_at(moderated.run, posts.key.tolist(), moderated.last)
    assert [found[int(key)].reports for key in posts.key] == posts.reports.tolist() == [2, 0, 1, 0]
    assert [found[int(key)].likes for key in posts.key] == posts.likes.tolist() == [0, 0, 0, 1]
    assert [found[int(key)].dislikes for key in posts.key] == posts.dislikes.tolist() == [0, 0, 0, 1]


def test_marks_from_events_are_those_of_the_world_at_every_step(moderated):
    posts, texts = moderated.world.posts, moderated.world.texts
    first, second = int(posts.key[0]), int(posts.key[1])
    at = [marks_at(moderated.run, [first, second], step) for step in range(5)]
    assert at[:2] == [{}, {}]
    assert at[2] == {first: Marks(label="disputed"), second: Marks(demoted=True)}
    assert at[3] == {first: Marks(removed=True, label="false", note="context"), second: Marks()}
    assert at[4][first] == Marks(label="false", note="context")
    assert [posts.removed[0], posts.demoted[1]] == [0, 0]
    assert [texts[int(posts.label[0])], texts[int(posts.note[0])]] == ["false", "context"]
