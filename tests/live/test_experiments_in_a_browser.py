"""Experiments and Compare in a real browser: set one up, see it come to an end, put its runs side by side."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.test_in_a_browser import page, site  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators"),
]


@pytest.fixture
def scenario(owner: Any) -> Any:
    """A small scenario of the owner."""
    from simapp.experiments import preview
    from simapp.experiments.design import check
    from simapp.runs.services import create_scenario
    from simapp.scenarios.document import load_scenario
    from tests.experiments.made import TOWN, design

    # The first forecast of a process loads what feeds are made of; a site has done that long ago.
    preview.preview(check(design(), load_scenario(TOWN)), owner)
    return create_scenario(owner=owner, document=load_scenario(TOWN)).scenario


def drawn(page: Any, charts: int) -> None:  # noqa: F811
    page.wait_for_function("n => document.querySelectorAll('.chart canvas').length === n", arg=charts)


def test_an_experiment_is_set_up_launched_and_read(site, page, scenario) -> None:  # noqa: F811
    from simapp.models import Experiment
    from tests.experiments.made import finish_all

    page.goto(f"{site}/experiments/")
    page.click("text=New experiment")
    page.select_option("#x-scenario", str(scenario.pk))
    page.wait_for_selector('input[name="metrics"][value="posts_written"]')
    page.fill("#x-title", "Do likes matter?")
    for box in page.query_selector_all('input[name="metrics"]:checked'):
        box.uncheck()
    page.check('input[name="metrics"][value="posts_written"]')
    page.fill('[name="arm-1-name"]', "more likes")
    page.fill('[name="arm-1-path"]', "minds.rates.like")
    page.fill('[name="arm-1-value"] >> nth=0', "0.5")
    page.click("text=Add an arm")
    page.fill('[name="arm-2-name"]', "by time")
    page.fill('[name="arm-2-path"]', "feed.preset")
    page.fill("#x-replicates", "4")
    page.wait_for_selector("#preview:has-text('3 arms × 4 replicates = 12 runs')")
    page.click("form button:text-is('Launch')")
    page.wait_for_selector("#experiment-grid:has-text('0 of 12 runs finished')")
    made = Experiment.objects.get()
    assert made.arms.get(number=1).changes == ["minds.rates.like=0.5"]

    # Somewhere workers do them; the page hears of it by itself.
    finish_all(made)
    page.wait_for_selector("#experiment-grid:has-text('12 of 12 runs finished')")
    page.wait_for_selector(".contrast:has-text('+1.1') svg.forest circle")
    drawn(page, 1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_runs_are_chosen_compared_and_followed(site, page, owner) -> None:  # noqa: F811
    from tests.live.steps import commit, make_run

    runs = [make_run(owner, title="One"), make_run(owner, title="Two", feed={"preset": "chronological"})]
    for run in runs:
        commit(run, range(10))
    page.goto(f"{site}/compare/")
    for run in runs:
        page.check(f"#pick-{run.pk}")
    page.click("main button:has-text('Compare')")
    drawn(page, 2)
    page.wait_for_selector("td:has-text('chronological')")
    values = "#compare-values tr:has-text('Posts') td >> nth=0"
    assert page.inner_text(values).startswith("9")

    commit(runs[0], [10, 11])
    page.wait_for_selector("#compare-values tr:has-text('Posts') td:has-text('11')")
    page.click('a:text-is("pin")')
    page.wait_for_url("**baseline=*")
    page.fill("#q", "nothing like this")
    page.wait_for_selector("td:has-text('chronological')", state="hidden")
    assert "q=nothing" in page.url
    page.fill("#q", "feed")
    page.wait_for_selector("td:has-text('chronological')")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
