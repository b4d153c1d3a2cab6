"""What some users wrote, newest first, found without an index by author."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simapp.models import Run, RunPost
from simapp.runs.forks import create_fork
from simapp.runs.points import past_of
from simapp.store import authored
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)

COHORTS = ([3], [0, 5, 119], list(range(0, 120, 2)), list(range(120)), list(range(30)), list(range(90, 120)), [2**30])


@pytest.fixture
def run(owner: Any, settings: Any, tmp_path: Any) -> Run:
    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return finish(make(busy("rumour"), steps=7, owner=owner))


def written(run: Run, authors: list[int], **narrowed: Any) -> list[int]:
    """The same by a scan of all posts."""
    rows = RunPost.objects.filter(past_of(run), kind__lt=3, author__in=authors, **narrowed)
    return [row.key for row in rows.order_by("-step", "-key")]


def every_page(run: Run, authors: list[int], most: int, **what: Any) -> tuple[list[int], int]:
    """All pages one behind the other, and how many there were."""
    keys: list[int] = []
    older, pages = None, 0
    while True:
        found = authored.newest_of(run, np.array(authors, np.int32), before=older, most=most, **what)
        assert found.keys.shape[0] <= most
        keys += found.keys.tolist()
        pages += 1
        if found.older is None:
            return keys, pages
        assert older is None or found.older < older, "a page must lead further back"
        older = found.older


@pytest.mark.parametrize("price", [0, 10**9], ids=["by ranges of the key", "by reading rows"])
@pytest.mark.parametrize("look", [1, 40, 200_000])
def test_pages_hold_each_post_of_the_users_once_newest_first(run, monkeypatch, price, look) -> None:
    monkeypatch.setattr(authored, "RANGE", price)
    monkeypatch.setattr(authored, "MOST_ROWS", look)
    monkeypatch.setattr(authored, "_FIRST_ROWS", 7)
    monkeypatch.setattr(authored, "_FIRST_STEPS", 1)
    for authors in COHORTS:
        for most in (1, 4, 30):
            if most == 1 and len(authors) > 3:
                continue
            assert every_page(run, authors, most)[0] == written(run, authors), (authors[:4], most)
    assert every_page(run, COHORTS[2], 9, upto=4)[0] == written(run, COHORTS[2], step__lte=4)
    assert every_page(run, COHORTS[2], 9, after=3)[0] == written(run, COHORTS[2], step__gt=3)


@pytest.mark.parametrize("price", [0, 10**9])
def test_a_fork_has_what_its_users_wrote_before_the_fork_too(run, owner, monkeypatch, price) -> None:
    monkeypatch.setattr(authored, "RANGE", price)
    monkeypatch.setattr(authored, "_FIRST_ROWS", 11)
    fork = finish(create_fork(run=run, at=4, member=owner, steps=6, seed=8))
    expected = written(fork, COHORTS[2])
    assert {(key >> 12) & 0xFFFFF for key in expected} >= {0, 3, 4, 5, 6}
    assert every_page(fork, COHORTS[2], 8)[0] == expected
    assert expected != written(run, COHORTS[2], step__lte=6)


def test_a_look_that_finds_nobody_ends_somewhere_and_says_where(run, monkeypatch) -> None:
    monkeypatch.setattr(authored, "RANGE", 10**9)
    monkeypatch.setattr(authored, "MOST_ROWS", 10)
    monkeypatch.setattr(authored, "_FIRST_ROWS", 10)
    newest = written(run, list(range(run.users)))
    found = authored.newest_of(run, np.array([2**31 - 2], np.int32), most=30)
    assert found.keys.shape[0] == 0
    assert found.older == ((newest[9] >> 12) & 0xFFFFF, newest[9]), "ten rows were read"
