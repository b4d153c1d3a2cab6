"""The list of runs in a real browser: rows move without jumping, a selection is acted on, the address says it all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.test_in_a_browser import page, site  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    # Static files that were not collected are read through finders.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators"),
]


@pytest.fixture
def runs(owner: Any) -> list[Any]:
    """Six running runs of one scenario, with steps."""
    from simapp.models import Run
    from tests.live.steps import commit, make_run

    first = make_run(owner, title="Run 0", minds={"opinion": {"kind": "baumann"}})
    made = [first] + [
        Run.objects.create(
            scenario_version=first.scenario_version, seed=nth, steps=5000, owner=owner, title=f"Run {nth}",
            status="running",
        )
        for nth in range(1, 6)
    ]  # fmt: skip
    for nth, run in enumerate(made):
        commit(run, range(nth + 2))
    return made


def test_rows_move_while_they_are_looked_at_and_nothing_else_does(
    site: str, page: Any, runs: Any, owner: Any  # noqa: F811
) -> None:
    from simapp.models import Run
    from tests.live.steps import commit

    page.clock.install()
    page.goto(f"{site}/runs/?sort=-progress")
    order = "[...document.querySelectorAll('tr[data-run]')].map((row) => Number(row.dataset.run))"
    before = page.evaluate(order)
    assert before == [run.pk for run in reversed(runs)]
    row = page.locator(f"tr[data-run='{runs[0].pk}']")
    row.locator("input[name=run]").check()
    row.locator(".tagging summary").click()
    page.keyboard.type("paper, second draft")

    commit(runs[0], range(2, 30))
    Run.objects.filter(pk=runs[1].pk).update(status="failed", error="The disk is <full>.")
    Run.objects.create(scenario_version=runs[0].scenario_version, seed=99, steps=10, owner=owner, title="New")
    page.clock.run_for(2_100)
    row.locator("[data-of=steps]:has-text('29')").wait_for()
    page.locator(f"tr[data-run='{runs[1].pk}'] .why:has-text('The disk is <full>.')").wait_for()
    page.wait_for_selector("#runs-news:has-text('1 new run')")
    assert page.evaluate(order) == before, "no row changed its place"
    assert row.locator("input[name=run]").is_checked()
    assert row.locator("input[name=tags]").input_value() == "paper, second draft", "what is typed stays"

    page.keyboard.press("Enter")
    row.locator(".tag:has-text('second draft')").wait_for()
    runs[0].refresh_from_db()
    assert runs[0].tags == ["paper", "second draft"]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_selection_is_compared_or_paused_and_the_filter_lives_in_the_address(
    site: str, page: Any, runs: Any, width: int  # noqa: F811
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{site}/runs/")
    assert not page.locator("#bulk").is_visible()
    page.locator(f"tr[data-run='{runs[1].pk}'] input[name=run]").check()
    page.locator(f"tr[data-run='{runs[3].pk}'] input[name=run]").click(modifiers=["Shift"])
    assert page.locator("#bulk-count").inner_text() == "3"
    numbers = ",".join(str(runs[nth].pk) for nth in (3, 2, 1))
    assert page.get_attribute("#bulk-compare", "href") == f"/compare/?runs={numbers}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"
    page.click("#bulk button[value=pause]")
    page.wait_for_selector(".message:has-text('3 runs asked to pause.')")
    for nth, run in enumerate(runs):
        run.refresh_from_db()
        assert run.wanted == ("pause" if nth in (1, 2, 3) else "run")

    page.fill("input[name=set]", "clock.minutes_per_step>=30")
    page.press("input[name=set]", "Enter")
    page.wait_for_selector(".chip:has-text('clock.minutes_per_step>=30')")
    assert page.url == f"{site}/runs/?set=clock.minutes_per_step%3E%3D30"
    page.fill("#group", "status")
    page.press("#group", "Enter")
    page.wait_for_selector("tr.group:has-text('running')")
    assert page.url.endswith("?set=clock.minutes_per_step%3E%3D30&group=status")
    page.click(".chip")
    page.wait_for_url(f"{site}/runs/?group=status")


def test_a_table_that_scrolls_makes_the_page_no_longer_and_hides_no_column(
    site: str, page: Any, runs: Any, owner: Any  # noqa: F811
) -> None:
    from simapp.models import Run

    version = runs[0].scenario_version
    for seed in range(30):
        Run.objects.create(scenario_version=version, seed=seed, steps=20, owner=owner, title=f"Waits {seed}")
    page.goto(f"{site}/runs/")
    box = page.locator(".runs-box")
    longer = "() => { const box = document.querySelector('.runs-box'); return box.scrollHeight > box.clientHeight; }"
    assert page.evaluate(longer)
    foot = box.bounding_box()["y"] + box.bounding_box()["height"]
    assert page.evaluate("() => document.documentElement.scrollHeight") < foot + 120
    wide = "() => { const box = document.querySelector('.runs-box'); return box.scrollWidth - box.clientWidth; }"
    assert page.evaluate(wide) == 0, "the usual columns fit the usual window"
