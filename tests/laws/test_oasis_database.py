"""The OASIS database of a run holds the people, follows, posts and votes of the world that it came from."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from simapp.engine.core.posts import COMMENT, KINDS
from simapp.engine.core.world import DISLIKED, LIKED, World
from simapp.models import RunUser
from simapp.runs.past_world import world_at
from simapp.store.exporters.export import export_run
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)


def pairs(world: World, bit: int) -> int:
    return int(np.count_nonzero(world.reactions.items()[1] & np.uint8(bit)))


def test_an_oasis_database_holds_the_world_it_came_from(tmp_path: Path) -> None:
    changes = ("platform.hot_window_hours=720", "minds.rates.dislike=0.2")
    run = finish(make(busy("rumour", *changes), steps=8))
    world = world_at(run, run.step)
    export_run(run.pk, "oasis", tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / f"{run.pk}.db")) as database:

        def rows(query: str) -> list[tuple]:
            return database.execute(query).fetchall()

        users = rows("SELECT user_id, user_name, name, bio, num_followings, num_followers FROM user ORDER BY user_id")
        posts = rows(
            "SELECT p.user_id, p.created_at, CASE WHEN p.original_post_id IS NULL THEN 'post' "
            "WHEN p.quote_content IS NULL THEN 'repost' ELSE 'quote' END, o.user_id, "
            "p.num_likes, p.num_dislikes, p.num_shares, coalesce(p.quote_content, p.content) "
            "FROM post p LEFT JOIN post o ON o.post_id = p.original_post_id"
        )
        comments = rows(
            "SELECT c.user_id, c.created_at, p.user_id, c.content FROM comment c JOIN post p USING (post_id)"
        )
        follows = rows("SELECT follower_id, followee_id FROM follow")
        mutes = rows("SELECT muter_id, mutee_id FROM mute")
        votes = {table: rows(f'SELECT count(*) FROM "{table}"')[0][0] for table in ("like", "dislike")}

    people = RunUser.objects.filter(run_id=run.pk).order_by("user_id").values_list("user_id", "handle", "name", "bio")
    assert [row[:4] for row in users] == list(people)
    assert [row[4] for row in users] == world.follows.following.tolist()
    assert [row[5] for row in users] == world.follows.followers.tolist()
    assert sorted(follows) == sorted(zip(*(side.tolist() for side in world.follows.edges()), strict=True))
    held = world.mutes.items()[0]
    assert sorted(mutes) == sorted(zip((held >> 32).tolist(), (held & 0xFFFFFFFF).tolist(), strict=True))
    assert votes == {"like": pairs(world, LIKED), "dislike": pairs(world, DISLIKED)}

    p = world.posts
    roots = p.row(p.root)
    lived = Counter()
    for row in np.flatnonzero(p.kind != COMMENT):
        kind = KINDS[p.kind[row]]
        above = int(p.author[roots[row]]) if kind != "post" else None
        # OASIS counts every share at the first post; our world at what was shared, which may be a quote.
        shares = int(p.size[row]) - 1 if kind == "post" else 0
        counts = [int(p.likes[row]), int(p.dislikes[row]), shares]
        words = [] if kind == "repost" else [world.texts[int(p.text[row])]]
        lived[(int(p.author[row]), int(p.step[row]), kind, above, *counts, *words)] += 1
    assert {key[2] for key in lived} == {"post", "repost", "quote"}
    assert Counter(row[:7] if row[2] == "repost" else row for row in posts) == lived
    assert Counter(comments) == Counter(
        (int(p.author[r]), int(p.step[r]), int(p.author[roots[r]]), world.texts[int(p.text[r])])
        for r in np.flatnonzero(p.kind == COMMENT)
    )
