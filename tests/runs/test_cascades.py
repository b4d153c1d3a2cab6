"""Cascades: ranked, shaped, drawn and grown as the rows say."""

from __future__ import annotations

import numpy as np
import pytest

from simapp.models import Run, RunPost
from simapp.runs import cascades
from simapp.runs.cascades import Shape, Tree
from simapp.store import cascade_ranks
from tests.runs.small import finish, make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run() -> Run:
    return finish(make(steps=8))


def counted(run: Run, step: int, since: int = -1) -> dict[int, int]:
    found: dict[int, int] = {}
    rows = RunPost.objects.filter(run_id=run.pk, kind__in=(1, 2), step__lte=step, step__gt=since)
    for root in rows.values_list("root", flat=True):
        found[root] = found.get(root, 0) + 1
    return found


def test_cascades_are_ranked_shaped_and_grown_as_the_rows_say(run: Run) -> None:
    for step, since in ((run.step, -1), (4, -1), (run.step, 5)):
        ranking = cascade_ranks.largest(run, step, since=since)
        told = dict(zip(ranking.roots.tolist(), ranking.shares.tolist(), strict=True))
        assert told == counted(run, step, since)
        assert (np.diff(ranking.shares) <= 0).all()
        assert ranking.exact
    ranking = cascade_ranks.largest(run, run.step)
    first = int(ranking.roots[0])
    authors = np.array([first >> 32], np.int32)
    mine = cascade_ranks.largest(run, run.step, authors=authors)
    assert first in mine.roots
    assert set((mine.roots >> 32).tolist()) == set(authors.tolist())

    top = ranking.roots[:10].tolist()
    shapes = cascades.shapes_of(run, top, run.step)
    trees = {root: cascades.tree_of(run, root, run.step, 0) for root in top}
    assert {root: tree.shape for root, tree in trees.items()} == shapes
    assert [shapes[root].size for root in top] == [n + 1 for n in ranking.shares[:10].tolist()]
    tree = trees[first]
    assert tree.below[0] == tree.shape.size - 1
    assert not np.isnan(tree.opinions).all()

    grown = cascades.growth(tree, run.step)
    assert grown["step"][-1] == run.step
    for step, size, depth, breadth in zip(*(grown[name] for name in ("step", "size", "depth", "breadth")), strict=True):
        then = cascades.tree_of(run, first, step, 0)
        assert (then.shape.size, then.shape.depth, then.shape.breadth) == (size, depth, breadth)
    assert cascades.tree_of(run, first, (first >> 12 & 0xFFFFF) - 1, 0) is None


def test_a_large_run_is_ranked_from_its_tallies(run: Run, settings) -> None:
    exact = counted(run, run.step)
    settings.SOCIARIUM_PARTITION_USERS = 100
    large = finish(make(steps=8))  # the same world, with tallies
    ranking = cascade_ranks.largest(large, large.step)
    assert not ranking.exact
    told = dict(zip(ranking.roots.tolist(), ranking.shares.tolist(), strict=True))
    assert set(told) <= set(exact)
    # A quote's own shares are counted where the quote leads; in a small run every post does.
    assert told == exact


def star(n: int, step: int = 0) -> Tree:
    """A root with n - 1 shares, the last of which was shared itself."""
    parents = np.zeros(n, np.int32)
    parents[0], parents[-1] = -1, n - 2
    depths = np.where(parents < 0, 0, np.where(parents == 0, 1, 2)).astype(np.int32)
    numbers = np.arange(n, dtype=np.int32)
    below = cascades._below(parents, depths)
    shape = Shape(n, 2, n - 2, 2.0, whole=True)
    kinds, opinions = np.ones(n, np.uint8), np.zeros(n, np.float32)
    return Tree(0, numbers, numbers // 5, kinds, depths, parents, opinions, below, shape, 0)


def test_a_large_tree_is_thinned_so_that_everybody_drawn_hangs_on_somebody_drawn() -> None:
    tree = star(100)
    drawn = cascades.drawn_nodes(tree, 20)
    assert drawn.shape[0] == 20
    assert drawn[0] == 0
    assert 98 in drawn  # late, but something hangs on it
    assert np.isin(tree.parents[drawn][1:], drawn).all()
    assert cascades.drawn_nodes(star(20), 20).tolist() == list(range(20))


def test_growth_counts_the_largest_level_so_far() -> None:
    grown = cascades.growth(star(12), 9)
    assert grown["step"] == [0, 1, 2, 9]
    assert grown["size"] == [5, 10, 12, 12]
    assert grown["breadth"] == [4, 9, 10, 10]
    assert grown["depth"] == [1, 1, 2, 2]
