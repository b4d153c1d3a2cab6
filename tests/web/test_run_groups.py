"""Groups of the list of runs: what a heading says of its runs, and folding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simapp.models import RunMetric
from simapp.runs import services
from simapp.scenarios.document import load_scenario
from tests.web.conftest import SMALL

if TYPE_CHECKING:
    from django.test import Client

FORUM = {**SMALL, "platform": {"rules": "forum"}, "minds": {"opinion": {"kind": "none"}}}


@pytest.fixture
def make(owner: Any) -> Any:
    """A function that makes a run with a feed whose headline came to a value (None: it has none)."""

    def made(preset: str, value: float | None, document: dict[str, Any] = SMALL, name: str = "opinion_variance") -> Any:
        changed = load_scenario({**document, "feed": {"preset": preset}})
        version = services.create_scenario(owner=owner, document=changed)
        run = services.create_run(owner=owner, version=version, seed=1)
        if value is not None:
            RunMetric.objects.bulk_create(
                [RunMetric(run_id=run.pk, step=step, name=name, value=v) for step, v in ((0, 99.0), (1, value))]
            )
            run.step = 1
            run.save()
        return run

    return made


def heading(browser: Client, query: str = "?group=feed.preset", place: int = 0) -> Any:
    return [row.group for row in browser.get(f"/runs/{query}").context["rows"] if row.group][place]


def test_a_heading_says_mean_and_spread_of_what_its_runs_came_to(browser: Client, make: Any) -> None:
    for value in (0.2, 0.4, None):
        make("chronological", value)
    make("random", 0.7)
    first, second = heading(browser), heading(browser, place=1)
    (came,) = first.came
    assert (came.label, came.mean, came.spread, came.of) == ("Opinion spread", "0.3", "± 0.141", "of 2")
    assert came.words == "Opinion spread: mean over 2 of 3 runs, standard deviation 0.141"
    (alone,) = second.came
    assert (second.value, alone.mean, alone.spread, alone.of) == ("random", "0.7", "", "")


def test_no_number_is_made_of_two_metrics(browser: Client, make: Any) -> None:
    make("chronological", 0.2)
    make("chronological", 40.0, FORUM, "mean_score_up")
    came = heading(browser).came
    assert sorted((one.label, one.mean, one.of) for one in came) == [
        ("Mean score after a first like", "40", "of 1"), ("Opinion spread", "0.2", "of 1"),
    ]  # fmt: skip


def test_a_group_without_a_value_says_how_many_runs_it_has(browser: Client, make: Any) -> None:
    make("chronological", None)
    assert heading(browser).came == []
    assert heading(browser).held.runs == 1


def test_the_whole_group_is_counted_whatever_the_page_shows(browser: Client, make: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("simapp.web.run_list.PAGE", 2)
    for value in (0.1, 0.2, 0.3):
        make("chronological", value)
    for page in (1, 2):
        found = heading(browser, f"?group=feed.preset&page={page}")
        assert (found.held.runs, found.came[0].mean) == (3, "0.2")


def test_a_folded_group_keeps_its_heading_and_hides_its_runs(browser: Client, make: Any) -> None:
    make("chronological", 0.2)
    make("random", 0.3)
    page = browser.get("/runs/?group=feed.preset&fold=random").content.decode()
    assert page.count('aria-expanded="true" aria-controls="group-') == 1
    assert page.count('aria-expanded="false" aria-controls="group-') == 1
    assert '<tbody id="group-1">' in page
    assert '<tbody id="group-2" hidden>' in page
    assert 'href="?group=feed.preset" aria-expanded="false" aria-controls="group-2" data-fold="random"' in page
    assert 'href="?group=feed.preset&amp;fold=random&amp;fold=chronological" aria-expanded="true"' in page


def test_what_is_folded_goes_along_but_not_to_other_groups(browser: Client, make: Any) -> None:
    make("random", 0.3)
    page = browser.get("/runs/?group=feed.preset&fold=random&fold=elsewhere&sort=seed")
    assert page.context["address"] == "sort=seed&group=feed.preset&fold=random&fold=elsewhere"
    assert ("fold", "random") in page.context["kept_by_filter"]
    assert page.context["kept_by_group"] == [("sort", "seed")]
    assert browser.get("/runs/?fold=random").context["address"] == ""


def test_a_value_that_is_markup_folds_as_text(browser: Client, owner: Any) -> None:
    document = load_scenario({**SMALL, "title": '"><b>x</b>'})
    services.create_run(owner=owner, version=services.create_scenario(owner=owner, document=document), seed=1)
    page = browser.get("/runs/", {"group": "scenario", "fold": '"><b>x</b>'}).content.decode()
    assert 'aria-expanded="false" aria-controls="group-' in page
    assert "<b>x</b>" not in page
