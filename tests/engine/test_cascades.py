"""The incremental cascade columns against full counts, on trees of every shape."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.core import cascades
from simapp.engine.core.posts import COMMENT, POST, QUOTE, REPOST, Posts


def plant(posts: Posts, key: int, kind: int = POST, root: int | None = None) -> int:
    """Append one root (or a comment under `root`) and return its serial."""
    own = posts.end if root is None else root
    posts.append(key=[key], kind=[kind], root=[own], parent=[-1 if root is None else root])
    serial = posts.end - 1
    if kind == POST:
        cascades.plant(posts, posts.row([serial]))
    return serial


def share(posts: Posts, root: int, parents: list[int], kinds: list[int] | None = None) -> np.ndarray:
    """Append and attach reposts of the given parent serials, as one batch; return their serials."""
    serials = posts.append(
        key=np.arange(posts.end, posts.end + len(parents)) + 10_000,
        kind=kinds or [REPOST] * len(parents),
        root=[root] * len(parents),
        parent=parents,
    )
    cascades.attach(posts, posts.row(serials))
    return serials


def tree(parents: list[int]) -> Posts:
    """Return a window with one cascade: node i + 1 hangs under node parents[i]."""
    posts = Posts()
    root = plant(posts, key=1)
    for parent in parents:
        share(posts, root, [root + parent])
    return posts


def virality(posts: Posts, row: int = 0) -> float:
    return cascades.structural_virality(int(posts.size[row]), int(posts.wiener[row]))


@st.composite
def random_trees(draw: st.DrawFn) -> list[int]:
    nodes = draw(st.integers(1, 60))
    return [draw(st.integers(0, i)) for i in range(nodes)]


@settings(deadline=None)  # the first call compiles
@given(parents=random_trees(), batch=st.integers(1, 7), quotes=st.sets(st.integers(0, 59)))
def test_every_column_equals_a_full_count_whatever_the_batches(
    parents: list[int], batch: int, quotes: set[int]
) -> None:
    posts = Posts(capacity=4)
    plant(posts, key=5)
    root = plant(posts, key=1)
    plant(posts, key=2, kind=COMMENT, root=root)
    # Node 0 is the root, node i + 1 the i-th share; the comment in between takes a serial of its own.
    serial = [root] + [root + 2 + i for i in range(len(parents))]
    for lo in range(0, len(parents), batch):
        chosen = parents[lo : lo + batch]
        kinds = [QUOTE if lo + i in quotes else REPOST for i in range(len(chosen))]
        share(posts, root, [serial[p] for p in chosen], kinds)

    oracle = nx.DiGraph([(p, i + 1) for i, p in enumerate(parents)])
    rows = posts.row(serial)
    depths = nx.single_source_shortest_path_length(oracle, 0)
    assert posts.depth[rows].tolist() == [depths[i] for i in range(len(serial))]
    assert posts.below[rows].tolist() == [len(nx.descendants(oracle, i)) + 1 for i in range(len(serial))]
    assert posts.size[rows[0]] == len(serial)
    assert posts.depth_sum[rows[0]] == sum(depths.values())
    assert posts.max_depth[rows[0]] == max(depths.values())
    assert posts.wiener[rows[0]] == nx.wiener_index(oracle.to_undirected())
    assert cascades.level_counts(posts, root).tolist() == np.bincount(list(depths.values())).tolist()
    assert cascades.largest(posts) == root
    # The neighbours in the window are untouched.
    assert (posts.size[0], posts.below[0]) == (1, 1)
    assert (posts.size[2], posts.below[2]) == (0, 0)


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        pytest.param([0] * 49, 1.96, id="star of 50: 2 - 2/n"),
        pytest.param(list(range(49)), 17.0, id="path of 50: (n + 1) / 3"),
        pytest.param([(i - 1) // 2 for i in range(1, 31)], 4.954839, id="binary tree of height 4"),
    ],
)
def test_reference_trees_have_their_published_structural_virality(
    parents: list[int], expected: float
) -> None:
    assert virality(tree(parents)) == pytest.approx(expected, abs=1e-6)


def test_a_root_alone_has_virality_zero_and_one_level() -> None:
    posts = tree([])
    assert virality(posts) == 0.0
    assert cascades.level_counts(posts, 0).tolist() == [1]
    assert cascades.figures(posts, 0)[3] == 1


def test_breadth_is_the_largest_level() -> None:
    assert cascades.figures(tree([0, 0, 0, 1, 1, 1, 1, 4]), 0)[3] == 4


def test_there_is_no_largest_cascade_without_posts() -> None:
    assert cascades.largest(Posts()) is None


def test_ties_for_the_largest_cascade_go_to_the_smallest_key() -> None:
    posts = Posts()
    for key in (30, 10, 20):
        plant(posts, key)
    assert cascades.largest(posts) == 1
    share(posts, 2, [2])
    assert cascades.largest(posts) == 2


def test_cascades_go_on_after_older_posts_left_the_window() -> None:
    posts = Posts()
    old = plant(posts, key=1)
    share(posts, old, [old, old])
    root = plant(posts, key=2)
    first = share(posts, root, [root])
    posts.evict_before(root)
    share(posts, root, [int(first[0]), int(first[0])])
    assert cascades.level_counts(posts, root).tolist() == [1, 1, 2]
    assert posts.wiener[posts.row([root])[0]] == 9


def test_a_post_that_left_the_window_has_no_members() -> None:
    posts = Posts()
    old = plant(posts, key=1)
    plant(posts, key=2)
    posts.evict_before(1)
    with pytest.raises(KeyError, match="post 0 is not in the feed window"):
        cascades.members(posts, old)


def refused(posts: Posts, sentence: str, **columns: list[int]) -> None:
    rows = posts.row(posts.append(**columns))
    before = posts.to_arrays()
    with pytest.raises(ValueError, match=sentence):
        cascades.attach(posts, rows)
    after = posts.to_arrays()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_share_of_a_root_outside_the_window_is_refused_and_changes_nothing() -> None:
    posts = tree([0])
    refused(posts, "planted post in the window", key=[9, 10], kind=[REPOST] * 2, root=[0, 77], parent=[0, 0])


def test_a_share_whose_parent_belongs_to_another_cascade_is_refused() -> None:
    posts = tree([0])
    other = plant(posts, key=2)
    mine = share(posts, other, [other])
    third = plant(posts, key=3)
    refused(posts, "written between its root", key=[9], kind=[REPOST], root=[third], parent=[int(mine[0])])
    refused(posts, "cascade of the root", key=[9], kind=[REPOST], root=[0], parent=[int(mine[0])])


def test_a_share_of_a_later_post_is_refused() -> None:
    posts = tree([])
    refused(posts, "written between its root", key=[8, 9], kind=[REPOST] * 2, root=[0, 0], parent=[2, 0])


def test_comments_are_no_part_of_a_cascade() -> None:
    posts = tree([])
    refused(posts, "repost or quote", key=[8], kind=[COMMENT], root=[0], parent=[0])


def test_a_share_is_attached_once() -> None:
    posts = tree([0])
    with pytest.raises(ValueError, match="not attached before"):
        cascades.attach(posts, np.array([1]))


def test_rows_out_of_order_are_refused() -> None:
    posts = tree([])
    posts.append(key=[8, 9], kind=[REPOST] * 2, root=[0, 0], parent=[0, 0])
    with pytest.raises(ValueError, match="ascending"):
        cascades.attach(posts, np.array([2, 1]))


def test_an_empty_batch_changes_nothing() -> None:
    posts = tree([0])
    cascades.attach(posts, np.zeros(0, np.int64))
    assert posts.size[0] == 2


def test_a_chain_deeper_than_its_column_keeps_an_exact_wiener_index() -> None:
    posts, nodes = Posts(), 32_768
    root = plant(posts, key=1)
    chain = np.arange(1, nodes)
    posts.append(
        key=chain + 1, kind=np.full(nodes - 1, REPOST), root=np.full(nodes - 1, root), parent=chain - 1
    )
    # A finished path in closed form (attaching 32 767 leaves one by one costs half a billion steps).
    posts.depth[:] = np.arange(nodes)
    posts.below[:] = nodes - np.arange(nodes)
    posts.size[root], posts.max_depth[root] = nodes, nodes - 1
    posts.depth_sum[root], posts.wiener[root] = nodes * (nodes - 1) // 2, (nodes**3 - nodes) // 6

    leaf = int(share(posts, root, [nodes - 1])[0])

    grown = nodes + 1
    assert posts.wiener[root] == (grown**3 - grown) // 6
    assert posts.depth_sum[root] == grown * nodes // 2
    assert posts.depth[leaf] == posts.max_depth[root] == 32_767
