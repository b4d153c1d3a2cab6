"""What was committed is all there is: rows folded from nothing give the world back, and counters count rows."""

from __future__ import annotations

import copy
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from simapp.engine.actions.registry import all_actions, code_of
from simapp.engine.core import snapshots
from simapp.engine.core.batches import EventBatch
from simapp.engine.core.follows import Follows
from simapp.engine.core.posts import COMMENT, QUOTE, REPOST, Posts
from simapp.engine.record import NewPosts, StepRecord
from simapp.engine.retell import Contradiction, Told, retell
from tests.laws.histories import History, Kept, dense, differences, dump, happened, histories

# Law 1 is about what the platform holds. Nothing decides here, so opinions and what feeds keep stay as founded.
HISTORIES = {"posts come and go": dense(1), "all stays": dense(2, hot_steps=99, exclusive_votes=True)}


def told(record: StepRecord) -> Told:
    """A record as its rows: posts by key, as the database gives them, not in the order of writing."""
    order = np.argsort(record.posts.key)
    posts = NewPosts(**{name: column[order] for name, column in vars(record.posts).items()})
    return Told(record.step, record.events, posts, record.follows, record.texts, record.impressions)


def refold(history: History, records: list[StepRecord], look: Any = dump) -> list[Any]:
    """What `look` sees of the world after each step, folded from the rows alone."""
    world = History(history.users, [], [], [], history.rules).world()
    seen = []
    for record in records:
        retell(world, told(record), check=True)
        seen.append(look(world))
    return seen


@settings(max_examples=60)
@given(histories())
def test_rows_folded_from_nothing_are_the_world_at_every_step(history: History) -> None:
    kept = Kept(dump)
    history.live(kept)
    for step, (lived, folded) in enumerate(zip(kept.seen, refold(history, kept.records), strict=True)):
        assert differences(lived, folded) == [], step


@pytest.mark.parametrize("name", HISTORIES)
def test_rows_of_a_busy_world_folded_from_nothing_are_that_world(name: str) -> None:
    history, kept = HISTORIES[name], Kept(dump)
    history.live(kept)
    done, refused = happened(kept.records)
    assert len(done) > 0.8 * len(all_actions()), "what does not happen proves nothing"
    assert len(refused) > 0.7 * len(all_actions())
    for lived, folded in zip(kept.seen, refold(history, kept.records), strict=True):
        assert differences(lived, folded) == []


@pytest.mark.parametrize("name", HISTORIES)
def test_a_world_goes_on_from_a_snapshot_and_later_rows_as_if_it_had_lived_on(name: str, tmp_path: Path) -> None:
    history, kept = HISTORIES[name], Kept(lambda world: snapshots.save(world, tmp_path))
    lived = dump(history.live(kept).world)
    for step in (0, 3):
        file, digest, _ = kept.seen[step]
        world = snapshots.load(tmp_path / file, digest)
        for record in kept.records[step + 1 :]:
            retell(world, told(record), check=True)
        assert differences(lived, dump(world)) == []


@settings(max_examples=30)
@given(histories())
def test_a_snapshot_holds_everything_that_hangs_on_the_world(history: History) -> None:
    world = history.live().world
    with tempfile.TemporaryDirectory() as folder:
        file, digest, _ = snapshots.save(world, Path(folder))
        assert differences(dump(world), dump(snapshots.load(Path(folder) / file, digest))) == []


# --- rows that lie ----------------------------------------------------------------------------------------


def lies() -> dict[str, Callable[[Told], Any]]:
    """Changes of a step's rows that no run can have left, by what is said about them."""

    def first(told: Told, name: str, outcome: int = 0) -> int:
        events = told.events
        return int(np.flatnonzero((events.code == code_of(name)) & ((events.outcome == 0) == (outcome == 0)))[0])

    def post_goes(told: Told) -> None:
        told.posts = NewPosts(**{name: column[1:] for name, column in vars(told.posts).items()})

    return {
        "cannot follow step": lambda t: setattr(t, "step", t.step + 1),
        r"\(like_post\) says done where": lambda t: t.events.target.__setitem__(first(t, "like_post"), 12345),
        r"\(follow\) says done where the rows before say": lambda t: t.events.user.__setitem__(first(t, "follow"), 99),
        "says outcome 200 where": lambda t: t.events.outcome.__setitem__(first(t, "mute", 1), 200),
        "of action 255, which does not exist": lambda t: t.events.code.__setitem__(0, 255),
        "write other posts than have rows": post_goes,
        "posts of step 3 have another parent": lambda t: t.posts.parent.__setitem__(slice(None), 7),
        "posts of step 3 have another author": lambda t: t.posts.author.__setitem__(0, 5 - t.posts.author[0]),
        "text 0 of step 3 is not the text": lambda t: t.texts.append((0, "something else")),
        "text 77 of step 3 is not the text": lambda t: t.texts.append((77, "far away")),
    }


@pytest.mark.parametrize("sentence", lies())
def test_rows_that_cannot_all_be_true_are_refused_in_one_sentence(sentence: str) -> None:
    history, kept = dense(4), Kept()
    history.live(kept)
    world = History(history.users, [], [], [], history.rules).world()
    for record in kept.records[:3]:
        retell(world, told(record), check=True)
    lie = copy.deepcopy(told(kept.records[3]))
    lies()[sentence](lie)
    with pytest.raises(Contradiction, match=sentence):
        retell(world, lie, check=True)


# --- counters = rows --------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(histories(hot=True))
def test_every_counter_is_a_count_of_rows_at_every_step(history: History) -> None:
    kept = Kept(lambda world: copy.deepcopy((world.posts, world.follows)))
    history.live(kept)
    for step in range(len(kept.records)):
        posts, follows = kept.seen[step]
        assert_counted(posts, follows, kept.records[: step + 1], history.users)


def test_every_counter_of_a_busy_world_is_a_count_of_rows() -> None:
    history, kept = HISTORIES["all stays"], Kept(lambda world: copy.deepcopy((world.posts, world.follows)))
    history.live(kept)
    for step in range(len(kept.records)):
        assert_counted(*kept.seen[step], kept.records[: step + 1], history.users)
    posts = kept.seen[-1][0]
    assert all(getattr(posts, name).any() for name in ("likes", "dislikes", "shares", "comments", "wiener"))


# A vote's name says what it counts; votes on comments count on the comments.
VOTES = {
    "likes": {"like_post": 1, "unlike_post": -1, "like_comment": 1, "unlike_comment": -1},
    "dislikes": {"dislike_post": 1, "undo_dislike_post": -1, "dislike_comment": 1, "undo_dislike_comment": -1},
}


def assert_counted(posts: Posts, follows: Follows, records: list[StepRecord], users: int) -> None:
    """Compare counters and cascade columns with counts over event, post and follow rows, made without the engine."""
    events = EventBatch.join([r.events for r in records])
    row = {int(key): r for r, key in enumerate(posts.key)}
    done = events.outcome == 0
    for column, names in VOTES.items():
        net: Counter[int] = Counter()
        for name, sign in names.items():
            if name in all_actions():
                for key in events.post[done & (events.code == code_of(name))].tolist():
                    net[key] += sign
        assert {k: n for k, n in net.items() if n} == by_key(posts, getattr(posts, column)), column

    written = [(r.posts, i) for r in records for i in range(r.posts.key.shape[0])]
    assert sorted(int(p.key[i]) for p, i in written) == sorted(row)
    shares, comments, kinds = Counter[int](), Counter[int](), {int(p.key[i]): int(p.kind[i]) for p, i in written}
    parents = {int(p.key[i]): int(p.parent[i]) for p, i in written}
    tree = nx.DiGraph()
    for p, i in written:
        key, kind, parent = int(p.key[i]), int(p.kind[i]), int(p.parent[i])
        if kind == COMMENT:
            comments[parent] += 1
        elif kind in (REPOST, QUOTE):
            tree.add_edge(parent, key)
            while kinds[parent] == REPOST:
                parent = parents[parent]
            shares[parent] += 1
        else:
            tree.add_node(key)
    assert shares == by_key(posts, posts.shares)
    assert comments == by_key(posts, posts.comments)
    for root in (key for key, kind in kinds.items() if kind == 0):
        below = nx.descendants(tree, root) | {root}
        depths = nx.single_source_shortest_path_length(tree, root)
        at = row[root]
        assert posts.size[at] == len(below)
        assert posts.depth_sum[at] == sum(depths.values())
        assert posts.max_depth[at] == max(depths.values())
        assert posts.wiener[at] == nx.wiener_index(tree.subgraph(below).to_undirected())
        for key, depth in depths.items():
            assert posts.depth[row[key]] == depth
            assert posts.below[row[key]] == len(nx.descendants(tree, key)) + 1

    edges: Counter[tuple[int, int]] = Counter()
    for r in records:
        for a, b, on in zip(*(column.tolist() for column in vars(r.follows).values()), strict=True):
            edges[a, b] += 2 * on - 1
    assert set(edges.values()) <= {0, 1}, "an edge appears before it goes, and never twice"
    held = {edge for edge, n in edges.items() if n}
    assert held == set(zip(*(side.tolist() for side in follows.edges()), strict=True))
    assert follows.followers.tolist() == [sum(b == u for _, b in held) for u in range(users)]
    assert follows.following.tolist() == [sum(a == u for a, _ in held) for u in range(users)]


def by_key(posts: Posts, counts: Any) -> dict[int, int]:
    return {int(key): int(n) for key, n in zip(posts.key, counts, strict=True) if n}
