"""The OASIS file is what OASIS would have written about the same story."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from simapp.engine.actions.registry import names_by_code
from simapp.engine.interventions import Intervention
from simapp.store.exporters.export import export_run
from simapp.store.rows import RunEvent, RunPost
from tests.store.story import SCRIPT_TEXT, tell

pytestmark = pytest.mark.django_db

# Columns of the 16 tables, from OASIS's schema files.
COLUMNS = {
    "user": "user_id agent_id user_name name bio created_at num_followings num_followers",
    "post": "post_id user_id original_post_id content quote_content created_at num_likes num_dislikes "
    "num_shares num_reports",
    "comment": "comment_id post_id user_id content created_at num_likes num_dislikes",
    "like": "like_id user_id post_id created_at",
    "dislike": "dislike_id user_id post_id created_at",
    "comment_like": "comment_like_id user_id comment_id created_at",
    "comment_dislike": "comment_dislike_id user_id comment_id created_at",
    "follow": "follow_id follower_id followee_id created_at",
    "mute": "mute_id muter_id mutee_id created_at",
    "report": "report_id user_id post_id report_reason created_at",
    "trace": "user_id created_at action info",
    "rec": "user_id post_id",
    "product": "product_id product_name sales",
    "chat_group": "group_id name created_at",
    "group_members": "group_id agent_id joined_at",
    "group_messages": "message_id group_id sender_id content sent_at",
}


class Opened:
    """An exported file with a short way to ask."""

    def __init__(self, path, manifest):
        self.database, self.manifest = sqlite3.connect(path), manifest

    def __call__(self, query):
        return self.database.execute(query).fetchall()

    def traces(self, action):
        rows = self(f"SELECT user_id, created_at, info FROM trace WHERE action = '{action}' ORDER BY rowid")
        return [(user, at, json.loads(info)) for user, at, info in rows]


@pytest.fixture
def exported(told, tmp_path):
    manifest = export_run(told.run.pk, "oasis", tmp_path / "out")
    opened = Opened(tmp_path / "out" / f"{told.run.pk}.db", manifest)
    with closing(opened.database):
        yield told, opened


def test_the_sixteen_tables_have_oasis_columns(exported):
    _, ask = exported
    tables = {
        row[0]
        for row in ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    }
    assert tables == set(COLUMNS)
    for table, columns in COLUMNS.items():
        assert " ".join(row[1] for row in ask(f'PRAGMA table_info("{table}")')) == columns
    assert ask("PRAGMA integrity_check") == [("ok",)]
    assert not ask("SELECT name FROM sqlite_master WHERE name LIKE 'passing%'"), "no index that OASIS has not"


def test_every_user_signed_up(exported):
    _told, ask = exported
    assert [row[0] for row in ask("SELECT user_id FROM user ORDER BY user_id")] == list(range(8))
    assert ask("SELECT user_name, name, bio FROM user WHERE user_id = 1") == [
        ("=HYPERLINK(1)", "-1+1", "@SUM(1)")
    ]
    assert [(user, at) for user, at, _ in ask.traces("sign_up")] == [(u, 0) for u in range(8)]
    assert ask.traces("sign_up")[0][2] == {"name": "User 0", "user_name": "user0", "bio": "bio 0"}


def test_posts_reposts_and_quotes_are_rows_of_one_table(exported):
    told, ask = exported
    posts = {
        row[0]: row[1:]
        for row in ask("SELECT post_id, user_id, original_post_id, content, quote_content FROM post")
    }
    assert len(posts) == RunPost.objects.filter(run_id=told.run.pk).exclude(kind=3).count() == 8
    assert posts[1] == (0, None, "=cmd|' /C calc'!A0", None)
    by_user = {(user, quote): (original, content) for user, original, content, quote in posts.values()}
    assert by_user[2, None] == (1, ""), "a repost has no words"
    assert by_user[4, None] == (1, ""), "a repost of a repost belongs to the first post"
    assert by_user[3, "well, well"] == (1, "=cmd|' /C calc'!A0"), "a quote carries a copy"
    assert by_user[5, "a quote of a repost"] == (1, "=cmd|' /C calc'!A0")
    assert by_user[1, None] in {(None, SCRIPT_TEXT), (None, "second seed")}
    assert ask("SELECT num_shares FROM post WHERE post_id = 1") == [(5,)]


def test_comments_stand_under_their_post(exported):
    _, ask = exported
    rows = ask("SELECT comment_id, post_id, user_id, content FROM comment ORDER BY comment_id")
    quote = ask("SELECT post_id FROM post WHERE quote_content = 'well, well'")[0][0]
    assert rows == [(1, 1, 4, "a comment"), (2, quote, 5, "under the quote")]


def test_likes_are_those_that_stand(exported):
    told, ask = exported
    quote = ask("SELECT post_id FROM post WHERE quote_content = 'well, well'")[0][0]
    standing = {(user, post) for user, post in ask('SELECT user_id, post_id FROM "like"')}
    assert standing == {(1, 1), (3, 1), (0, quote)}
    assert ask("SELECT count(*) FROM dislike") == [(0,)], "taken back"
    assert ask("SELECT num_likes, num_dislikes FROM post WHERE post_id = 1") == [(2, 0)]
    assert ask(f"SELECT num_likes FROM post WHERE post_id = {quote}") == [(1,)]
    held = told.world.posts
    assert dict(ask("SELECT post_id, num_likes FROM post WHERE original_post_id IS NULL"))[1] == held.likes[0]


def test_taking_a_like_back_names_the_like(exported):
    _, ask = exported
    likes = [(user, info["like_id"]) for user, _, info in ask.traces("like_post")]
    first = dict(reversed(likes))
    assert {(user, info["like_id"]) for user, _, info in ask.traces("unlike_post")} == {
        (1, first[1]),
        (2, first[2]),
    }
    assert len(likes) == len({like for _, like in likes}), "ids are never used twice"


def test_the_follow_table_is_the_graph_at_the_end(exported):
    told, ask = exported
    follower, followee = told.world.follows.edges()
    edges = set(zip(follower.tolist(), followee.tolist(), strict=True))
    assert set(ask("SELECT follower_id, followee_id FROM follow")) == edges
    assert ask("SELECT sum(num_followings), sum(num_followers) FROM user") == [(len(edges), len(edges))]
    assert dict(ask("SELECT user_id, num_followers FROM user"))[0] == told.world.follows.followers[0]
    assert [row[2] for row in ask.traces("unfollow")] == [{"followee_id": 7}]


def test_mutes_are_those_that_stand(exported):
    _, ask = exported
    assert ask("SELECT muter_id, mutee_id FROM mute") == [(5, 0)]


def test_every_accepted_event_has_a_trace_and_no_refused_one(exported):
    told, ask = exported
    names = names_by_code()
    expected: dict[str, int] = {}
    for event in RunEvent.objects.filter(run_id=told.run.pk, outcome=0):
        expected[names[event.code]] = expected.get(names[event.code], 0) + 1
    expected["do_nothing"] = 3
    found = dict(ask("SELECT action, count(*) FROM trace WHERE action <> 'sign_up' GROUP BY action"))
    assert found == expected
    assert ask.manifest["files"][0]["tables"]["trace"] == sum(expected.values()) + 8


def test_a_repost_names_what_it_was_taken_from(exported):
    _, ask = exported
    first, second = ask.traces("repost")[:2]
    assert (first[0], first[2]["reposted_id"]) == (2, 1)
    assert (second[0], second[2]["reposted_id"]) == (4, first[2]["new_post_id"]), (
        "the chain of sharing is kept here"
    )
    assert ask.traces("create_comment")[0][2] == {"content": "a comment", "comment_id": 1}


def test_times_are_steps_on_a_microblog(exported):
    _, ask = exported
    assert set(ask("SELECT typeof(created_at) FROM post")) == {("integer",)}
    assert {row[0] for row in ask("SELECT created_at FROM post")} == {0, 1, 2, 3}
    assert any("a step is 30 simulated minutes" in note for note in ask.manifest["notes"])


def test_rec_is_what_was_shown_last(exported):
    told, ask = exported
    shown = told.records[-1].impressions
    comments = set(RunPost.objects.filter(run_id=told.run.pk, kind=3).values_list("key", flat=True))
    pairs = {
        (v, p) for v, p in zip(shown.viewer.tolist(), shown.post.tolist(), strict=True) if p not in comments
    }
    assert ask("SELECT count(*) FROM rec") == [(len(pairs),)]
    assert ask("SELECT count(*) FROM rec WHERE post_id NOT IN (SELECT post_id FROM post)") == [(0,)]


def test_times_are_text_on_a_forum(new_run, tmp_path):
    run = new_run(rules="forum")
    tell(run, steps=2)
    export_run(run.pk, "oasis", tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / f"{run.pk}.db")) as database:
        times = {row[0] for row in database.execute("SELECT created_at FROM post")}
    assert times == {"2026-01-05 12:00:00", "2026-01-05 12:30:00", "2026-01-05 13:00:00"}


def test_the_same_action_twice_in_a_step_is_traced_twice(new_run, tmp_path):
    run = new_run()
    story = {
        1: [(5, "mute", {"user": 0}), (5, "unmute", {"user": 0})],
        2: [(5, "unmute", {"user": 0}), (5, "mute", {"user": 0})],
    }
    told = tell(run, steps=2, story=story)
    done = sum(int((r.events.outcome == 0).sum()) for r in told.records)
    # The engine never accepts the same thing twice in a step; a plugin's action may.
    row = RunEvent.objects.filter(run_id=run.pk, step=2, outcome=0).first()
    assert row is not None
    row.seq = 99
    row.save(force_insert=True)
    export_run(run.pk, "oasis", tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / f"{run.pk}.db")) as database:
        traces = database.execute("SELECT info FROM trace WHERE action <> 'sign_up'").fetchall()
    assert len(traces) == done + 1
    assert sum("nth" in info for (info,) in traces) == 1


def test_who_does_nothing_twice_in_a_step_is_traced_twice(exported):
    _, ask = exported
    assert ask.traces("do_nothing") == [(0, 1, {}), (0, 3, {}), (0, 3, {"nth": 2})]


GROUPS: dict[int, list[tuple[int, str, dict]]] = {
    1: [(2, "create_group", {"text": "book club"}), (1, "create_group", {"text": "book club"})],
    2: [
        (0, "join_group", {"item": 0}),
        (3, "join_group", {"item": 0}),
        (4, "send_to_group", {"item": 0, "text": "may I?"}),  # refused: no member
        (5, "purchase_product", {"item": 1, "amount": 2}),
        (5, "purchase_product", {"item": 1, "amount": 1}),
        (5, "purchase_product", {"item": 1, "amount": 1}),
        (6, "purchase_product", {"item": 0, "amount": -1}),  # refused
    ],
    3: [
        (0, "send_to_group", {"item": 0, "text": "hello, all"}),
        (3, "leave_group", {"item": 0}),
        (3, "send_to_group", {"item": 0, "text": "bye"}),  # refused: left
        (1, "listen_from_group", {}),
        (1, "listen_from_group", {}),
    ],
}


def test_groups_and_products_are_oasis_tables(new_run, tmp_path):
    run = new_run(products=("mug", "hat"))
    told = tell(run, steps=3, story=GROUPS)
    manifest = export_run(run.pk, "oasis", tmp_path / "out")
    ask = Opened(tmp_path / "out" / f"{run.pk}.db", manifest)
    with closing(ask.database):
        assert ask("SELECT * FROM chat_group") == [(1, "book club", 1), (2, "book club", 1)]
        assert ask("SELECT * FROM group_members ORDER BY 1, 2") == [(1, 0, 2), (1, 1, 1), (2, 2, 1)]
        assert ask("SELECT * FROM group_messages") == [(1, 1, 0, "hello, all", 3)]
        assert ask("SELECT * FROM product") == [(1, "mug", 0), (2, "hat", 4)]
        assert ask.traces("create_group") == [
            (user, 1, {"group_id": group, "group_name": "book club"}) for group, user in ((1, 1), (2, 2))
        ]
        assert [row[2] for row in ask.traces("join_group")] == [{"group_id": 1}] * 2
        assert ask.traces("leave_group") == [(3, 3, {"group_id": 1})]
        sent = {"group_id": 1, "message_id": 1, "content": "hello, all"}
        assert ask.traces("send_to_group") == [(0, 3, sent)]
        assert [row[2] for row in ask.traces("purchase_product")] == [
            {"product_name": "hat", "purchase_num": 2},
            {"product_name": "hat", "purchase_num": 1},
            {"product_name": "hat", "purchase_num": 1, "nth": 2},
        ]
        assert [row[2] for row in ask.traces("listen_from_group")] == [{}, {"nth": 2}]
    assert told.world.products.sales.tolist() == [0, 4]


def test_interviews_stand_in_the_trace_with_ids_of_their_own(told, tmp_path):
    # [23], better: OASIS gives two interviews of a step one id
    answered(told.run, {1: "yes", 2: "no"}, step=2)
    answered(told.run, {1: "yes"}, step=2)
    answered(told.run, {1: "perhaps"}, step=0)
    manifest = export_run(told.run.pk, "oasis", tmp_path / "out")
    ask = Opened(tmp_path / "out" / f"{told.run.pk}.db", manifest)
    with closing(ask.database):
        assert ask.traces("interview") == [
            (1, 0, {"prompt": "Well?", "response": "perhaps", "interview_id": 1}),
            (1, 2, {"prompt": "Well?", "response": "yes", "interview_id": 2}),
            (2, 2, {"prompt": "Well?", "response": "no", "interview_id": 3}),
            (1, 2, {"prompt": "Well?", "response": "yes", "interview_id": 4}),
        ]


def answered(run, answers, *, step):
    from simapp.runs import probes
    from simapp.runs.interviewing import Heard

    probe = probes.create(run=run, member=None, users=list(answers), prompt="Well?", step=step)
    probes._keep(probe, Heard(list(answers.values()), [0] * len(answers)))
    return probe.pk


def test_artificial_votes_belong_to_nobody(new_run, tmp_path):
    run = new_run(rules="forum")
    plan = [Intervention("first_vote", 1, {"until": 9, "up": 1.0, "down": 0.0})]
    story = {1: [(1, "create_post", {"text": "vote on me"})]}
    told = tell(run, steps=1, story=story, plan=plan)
    assert told.world.posts.likes.tolist() == [0, 0, 1]
    export_run(run.pk, "oasis", tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / f"{run.pk}.db")) as database:
        assert database.execute('SELECT user_id, post_id FROM "like"').fetchall() == [(-1, 3)]
        assert database.execute("SELECT num_likes FROM post WHERE post_id = 3").fetchone() == (1,)


def test_the_dictionary_of_an_oasis_export_describes_every_column_of_the_database() -> None:
    import sqlite3

    from simapp.store.exporters import oasis_dictionary
    from simapp.store.exporters.oasis_schema import TABLES

    described = {table.name: [(c.name, c.type) for c in table.columns] for table in oasis_dictionary.tables()}
    empty = sqlite3.connect(":memory:")
    for name, columns in TABLES.items():
        empty.execute(f'CREATE TABLE "{name}" ({columns})')
        declared = [(row[1], row[2]) for row in empty.execute(f'PRAGMA table_info("{name}")')]
        assert described[name] == declared
    assert len(described) == 16
    assert all(c.meaning for table in oasis_dictionary.tables() for c in table.columns)
