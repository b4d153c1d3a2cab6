"""Votes on comments, reports, searches and legacy repost text in the OASIS file."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from simapp.engine.core.errors import WrongInput
from simapp.engine.interventions import Intervention
from simapp.store.exporters.export import export_run

pytestmark = pytest.mark.django_db

# Serials: seeds 0 (user 0) and 1 (user 1); step 1 writes comment 2 by user 4 and repost 3 by user 2 ... see below.
STORY: dict[int, list[tuple[int, str, dict[str, Any]]]] = {
    1: [
        (2, "repost", {"post": 0}),  # serial 2
        (4, "create_comment", {"post": 0, "text": "a comment"}),  # serial 3
        (5, "search_posts", {"text": "calc"}),
        (5, "search_posts", {"text": "calc"}),
        (5, "search_posts", {"text": "not there"}),
        (6, "search_user", {"text": "user3"}),
        (6, "trend", {}),
        (7, "report_post", {"post": 0, "text": "spam, <b>surely</b>"}),
        (6, "report_post", {"post": 0, "text": "spam"}),
    ],
    2: [
        (0, "like_comment", {"post": 3}),
        (1, "like_comment", {"post": 3}),
        (2, "dislike_comment", {"post": 3}),
        (3, "repost", {"post": 2}),  # serial 4
        (5, "like_post", {"post": 2}),
        (7, "report_post", {"post": 2, "text": "spam"}),
    ],
    3: [
        (0, "unlike_comment", {"post": 3}),
        (2, "undo_dislike_comment", {"post": 3}),
        (4, "repost", {"post": 4}),  # serial 5: three hops from the seed
        (6, "quote_post", {"post": 0, "text": "well"}),  # serial 6
    ],
    4: [(7, "repost", {"post": 6})],  # a repost of the quote
}

Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def told(new_run: Any) -> Any:
    from tests.store.story import tell

    plan = [Intervention("label_post", 3, {"post": "most_shared", "text": "disputed"})]
    return tell(new_run(), story=STORY, plan=plan)


def exported(told: Any, folder: Path, **options: Any) -> tuple[Ask, dict[str, Any]]:
    manifest = export_run(told.run.pk, "oasis", folder, **options)

    def ask(query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(folder / f"{told.run.pk}.db")) as database:
            return database.execute(query).fetchall()

    return ask, manifest


def infos(ask: Ask, action: str) -> list[dict[str, Any]]:
    return [json.loads(row[0]) for row in ask(f"SELECT info FROM trace WHERE action = '{action}' ORDER BY rowid")]


def test_votes_on_comments_are_rows_that_stand_and_traces_of_all(told: Any, tmp_path: Path) -> None:
    ask, _ = exported(told, tmp_path / "out")
    assert ask("SELECT comment_like_id, user_id, comment_id FROM comment_like") == [(2, 1, 1)]
    assert ask("SELECT * FROM comment_dislike") == []
    assert ask("SELECT num_likes, num_dislikes FROM comment") == [(1, 0)]
    assert infos(ask, "like_comment") == [{"comment_id": 1, "comment_like_id": n} for n in (1, 2)]
    assert infos(ask, "unlike_comment") == [{"comment_id": 1, "comment_like_id": 1}]
    assert infos(ask, "undo_dislike_comment") == [{"comment_id": 1, "comment_dislike_id": 1}]


def test_reports_carry_their_reason_and_count_for_the_very_row(told: Any, tmp_path: Path) -> None:
    # Fact 13.
    ask, _ = exported(told, tmp_path / "out")
    repost = ask("SELECT post_id FROM post WHERE user_id = 2 AND original_post_id = 1")[0][0]
    rows = ask("SELECT report_id, user_id, post_id, report_reason FROM report ORDER BY report_id")
    assert {row[1:] for row in rows} == {(7, 1, "spam, <b>surely</b>"), (6, 1, "spam"), (7, repost, "spam")}
    assert [row[0] for row in rows] == [1, 2, 3]
    assert dict(ask("SELECT post_id, num_reports FROM post WHERE num_reports > 0")) == {1: 2, repost: 1}
    assert infos(ask, "report_post")[2] == {"post_id": repost, "report_id": 3}


def test_searches_are_traced_each_time_and_also_when_nothing_was_found(told: Any, tmp_path: Path) -> None:
    # Facts 20 and 24.
    ask, _ = exported(told, tmp_path / "out")
    assert infos(ask, "search_posts") == [{"query": "calc"}, {"query": "calc", "nth": 2}, {"query": "not there"}]
    assert infos(ask, "search_user") == [{"query": "user3"}]
    assert infos(ask, "trend") == [{"posts": []}] or infos(ask, "trend") == []


def test_what_the_scenario_moderated_is_traced_as_nobodys(told: Any, tmp_path: Path) -> None:
    ask, _ = exported(told, tmp_path / "out")
    assert infos(ask, "label_post") == [{"post_id": 1, "text": "disputed"}]
    assert ask("SELECT user_id FROM trace WHERE action = 'label_post'") == [(-1,)]


# As OASIS's graph.py reads a chain: every hop is one sentence, the outermost is the newest.
HOP = re.compile(r"user(-?\d+) repost from user(-?\d+)\. original_post: ")


def chain_of(content: str) -> list[tuple[str, str]]:
    """Return (sharer, source) per hop, newest first."""
    hops = []
    while (hop := HOP.match(content)) is not None:
        hops.append((hop[1], hop[2]))
        content = content[hop.end() :]
    return hops


def scale_and_depth(contents: list[str]) -> tuple[int, int]:
    """Build the tree from texts alone; return its nodes and its deepest level."""
    parent: dict[str, str] = {}
    for content in contents:
        parent |= dict(chain_of(content))
    nodes = set(parent) | set(parent.values())

    def level(node: str) -> int:
        return 1 + level(parent[node]) if node in parent else 0

    return len(nodes), max(level(node) for node in nodes)


def test_legacy_text_lets_a_chain_of_three_hops_be_read_as_scale_4_and_depth_3(told: Any, tmp_path: Path) -> None:
    # Fact 28.
    ask, manifest = exported(told, tmp_path / "out", legacy_reposts=True)
    seed = ask("SELECT content FROM post WHERE post_id = 1")[0][0]
    rows = dict(ask("SELECT user_id, content FROM post WHERE original_post_id = 1 AND quote_content IS NULL"))
    assert rows[2] == f"user2 repost from user0. original_post: {seed}"
    assert rows[4] == (
        "user4 repost from user3. original_post: user3 repost from user2. original_post: "
        f"user2 repost from user0. original_post: {seed}"
    )
    assert scale_and_depth([rows[2], rows[3], rows[4]]) == (4, 3)
    assert any("legacy repost text" in note for note in manifest["notes"])


def test_a_repost_of_a_quote_holds_the_content_that_the_quote_has(told: Any, tmp_path: Path) -> None:
    ask, _ = exported(told, tmp_path / "out", legacy_reposts=True)
    quote = ask("SELECT content FROM post WHERE quote_content = 'well'")[0][0]
    assert ask("SELECT content FROM post WHERE user_id = 7") == [(f"user7 repost from user6. original_post: {quote}",)]


def test_legacy_reposts_have_the_likes_of_what_they_show_and_times_in_minutes(told: Any, tmp_path: Path) -> None:
    ask, _ = exported(told, tmp_path / "out", legacy_reposts=True)
    chain = ask("SELECT num_likes FROM post WHERE post_id = 1 OR (original_post_id = 1 AND user_id IN (2, 3, 4))")
    assert chain == [(1,)] * 4
    assert {row[0] for row in ask("SELECT created_at FROM post")} == {0, 30, 60, 90, 120}


def test_without_the_option_a_repost_has_no_words(told: Any, tmp_path: Path) -> None:
    ask, _ = exported(told, tmp_path / "out")
    reposts = "original_post_id IS NOT NULL AND quote_content IS NULL"
    assert {row[0] for row in ask(f"SELECT content FROM post WHERE {reposts}")} == {""}


def test_legacy_text_is_an_option_of_the_oasis_format_only(told: Any, tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="legacy reposts are an option of the format oasis, not of csv"):
        export_run(told.run.pk, "csv", tmp_path / "out", legacy_reposts=True)
    assert not (tmp_path / "out").exists()
