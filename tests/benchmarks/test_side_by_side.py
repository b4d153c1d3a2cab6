"""What of the bench against OASIS can be checked without OASIS: the lists, our side, the comparison, the tables."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from benchmarks.oasis import compare, oasis_side, table
from benchmarks.oasis.durable import Committed
from benchmarks.oasis.ours import Ours
from benchmarks.oasis.run import _options, plan_of
from benchmarks.oasis.shared import KINDS, Script, build_world, comment_text
from simapp.engine.core import ids
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers

USERS = 200


@pytest.fixture(scope="module")
def shared():
    return build_world(USERS, 8, Streams(3))


@pytest.fixture
def script(shared):
    return Script(shared, Streams(3))


def test_the_shared_world_has_no_loops_and_no_double_follows(shared):
    pairs = ids.pair(shared.follower, shared.followee)
    assert np.unique(pairs).shape == pairs.shape
    assert (shared.follower != shared.followee).all()
    assert 7 < pairs.shape[0] / USERS <= 8
    assert len(set(shared.texts)) == shared.posts


@pytest.mark.parametrize("kind", ["like_post", "follow", "repost"])
def test_a_list_asks_for_what_is_possible_once_and_for_every_twentieth_twice(shared, script, kind):
    lists = [script.one_kind(kind, USERS) for _ in range(3)]
    for asked in lists:
        assert len(asked) == USERS + USERS // 20
        first = asked.take(np.flatnonzero(asked.n == 0))
        assert np.unique(first.actor).shape[0] == USERS
        target = first.user if kind == "follow" else first.post
        owner = first.user if kind == "follow" else shared.author[first.post]
        assert (target >= 0).all()
        assert (owner != first.actor).all()
    target = "user" if kind == "follow" else "post"
    pairs = [ids.pair(a.actor, getattr(a, target))[a.n == 0] for a in lists]
    assert np.unique(np.concatenate(pairs)).shape[0] == 3 * USERS


def test_everybody_acts_once_in_a_step_and_all_kinds_occur(script):
    asked = script.mixed(USERS)
    assert asked.actor.tolist() == list(range(USERS))
    assert np.bincount(asked.kind).tolist() == [USERS // len(KINDS)] * len(KINDS)


def test_both_sides_read_the_same_list(shared, script, tmp_path):
    """OASIS's side imports nothing of ours, so it reads files; its posts are numbered from 1."""
    asked = script.mixed(USERS)
    calls = oasis_side._calls(str(asked.save(tmp_path / "list.npz")))
    assert [kind for _, _, kind, _ in calls] == [KINDS[code] for code in asked.kind]
    assert [actor for _, actor, _, _ in calls] == asked.actor.tolist()
    wanted = {
        "like_post": lambda i: (asked.post[i] + 1,),
        "follow": lambda i: (asked.user[i],),
        "repost": lambda i: (asked.post[i] + 1,),
        "create_comment": lambda i: ((asked.post[i] + 1, comment_text(asked.comment[i])),),
        "refresh": lambda i: (),
    }
    assert [arguments for *_, arguments in calls] == [wanted[kind](i) for i, (_, _, kind, _) in enumerate(calls)]


def test_one_request_per_call_gives_the_same_world_as_all_at_once(shared, script):
    singly, together = (Ours(shared, Workers(1)) for _ in range(2))
    for kind in KINDS[:4]:
        asked = script.one_kind(kind, USERS)
        _, one = singly.carry_singly(singly.batch(asked))
        _, all_ = together.carry(together.batch(asked))
        assert one.outcome.tolist() == all_.outcome.tolist()
        assert np.count_nonzero(one.outcome) == np.count_nonzero(asked.n)
        singly.tick()
        together.tick()
    views = [compare.of_world(side.world, shared.posts) for side in (singly, together)]
    assert compare.same(*views, "the two") > 4 * shared.posts


def test_a_feed_of_five_is_shown_to_everybody_again_and_again(shared):
    ours = Ours(shared, Workers(1))
    for _ in range(3):
        _, places = ours.refresh(np.arange(USERS, dtype=np.int32))
        assert places > 4 * USERS
        ours.tick()


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_what_was_done(shared, script):
    kept = Committed(shared, Workers(1))
    for _ in range(2):
        _, record = kept.step(kept.batch(script.mixed(USERS)), np.arange(USERS, dtype=np.int32))
    assert record.counts["active"] == USERS
    assert record.counts["like_post"] == USERS // 5
    assert record.counts["impressions"] > 4 * USERS
    world = compare.of_world(kept.world, shared.posts)
    assert compare.same(world, compare.of_database(kept.run.pk, kept.world, shared), "both") > 0
    assert world.likes.sum() == world.shares.sum() == 2 * USERS // 5
    kept.close()
    kept.run.refresh_from_db()
    assert (kept.run.step, kept.run.status) == (2, "stopped")


def test_one_like_too_many_on_one_side_is_found(shared, tmp_path):
    database = tmp_path / "oasis.db"
    with sqlite3.connect(database) as file:
        file.executescript(
            """CREATE TABLE user (user_id INTEGER PRIMARY KEY, num_followings INT, num_followers INT);
               CREATE TABLE post (post_id INTEGER PRIMARY KEY, user_id INT, original_post_id INT,
                                  num_likes INT DEFAULT 0, num_shares INT DEFAULT 0);
               CREATE TABLE comment (user_id INT, post_id INT);
               CREATE TABLE "like" (user_id INT, post_id INT);
               CREATE TABLE follow (follower_id INT, followee_id INT);"""
        )
        counts = [np.bincount(edge, minlength=USERS).tolist() for edge in (shared.follower, shared.followee)]
        file.executemany("INSERT INTO user VALUES (?, ?, ?)", zip(range(USERS), *counts, strict=True))
        file.executemany("INSERT INTO post (user_id) VALUES (?)", [(int(a),) for a in shared.author])
        edges = zip(shared.follower.tolist(), shared.followee.tolist(), strict=True)
        file.executemany("INSERT INTO follow VALUES (?, ?)", edges)
    ours = compare.of_world(Ours(shared, Workers(1)).world, shared.posts)
    assert compare.same(compare.of_oasis(database, shared), ours, "at the beginning") > 0
    with sqlite3.connect(database) as file:
        file.execute("UPDATE post SET num_likes = 1 WHERE post_id = 8")
    with pytest.raises(compare.Differs, match="likes differs in 1 rows, first row 7: 1 and 0"):
        compare.same(compare.of_oasis(database, shared), ours, "then")


@pytest.mark.parametrize(
    ("theirs", "ours", "shown"),
    [
        (1.0, 4.0, "0.25×"),
        (1.0, 250.0, "0.004×"),
        (5.26, 1.0, "5.3×"),
        (42.4, 1.0, "42×"),
        (1234.0, 1.0, "1,200×"),
        (56789.0, 1.0, "57,000×"),
    ],
)
def test_a_ratio_is_shown_with_the_digits_that_count(theirs, ours, shown):
    assert table.ratio(theirs, ours) == shown


def test_a_step_that_was_not_measured_says_so():
    row = {"users": 100_000, "acting": 1000, "oasis": 60.0, "ours": 0.5, "ours_in_memory": 0.2, "rounds": 1}
    shown = table.steps_table(
        [{**row, "extrapolated": False}, {**row, "acting": 100_000, "oasis": 5000.0, "extrapolated": True}]
    ).splitlines()
    assert "extrapolated" not in shown[2]
    assert "| 5,000 s (extrapolated) |" in shown[3]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(["--sizes", "many"], "--sizes"), (["--rounds", "0"], "--rounds"), (["--parts", "x"], "--parts")],
)
def test_a_wrong_option_is_one_sentence(monkeypatch, arguments, word):
    monkeypatch.setattr("sys.argv", ["run.py", *arguments])
    with pytest.raises(WrongInput, match=word):
        plan_of(_options())
