"""What the list of runs does in the browser alone: folding groups, and a selection that is too large to compare."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from simapp.runs import services
from simapp.scenarios.document import load_scenario

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Any, live_server: Any, owner: Any, client: Any) -> Any:
    """The list with 21 runs of a chronological feed and one of a random one, in groups by feed."""
    for preset, count in (("chronological", 21), ("random", 1)):
        document = load_scenario({"title": "Town", "population": {"users": 40}, "feed": {"preset": preset}})
        version = services.create_scenario(owner=owner, document=document)
        for seed in range(count):
            services.create_run(owner=owner, version=version, seed=seed)
    client.force_login(owner)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    shown = context.new_page()
    shown.goto(f"{live_server.url}/runs/?group=feed.preset")
    return shown


def test_a_group_is_folded_by_key_and_stays_so_when_the_page_is_loaded_or_sorted(page: Any) -> None:
    first = page.locator("a.fold").first
    first.focus()
    page.keyboard.press("Space")
    assert first.get_attribute("aria-expanded") == "false"
    assert page.url.endswith("?group=feed.preset&fold=chronological")
    assert page.locator("tr[data-run]:visible").count() == 1
    assert page.locator('input[name="next"]').first.input_value() == "/runs/?group=feed.preset&fold=chronological"
    page.reload()
    assert page.locator("tr[data-run]:visible").count() == 1
    page.locator("a.sort", has_text="Seed").click()
    page.wait_for_url("**sort=-seed**")
    assert "fold=chronological" in page.url
    assert page.locator("tr[data-run]:visible").count() == 1


def test_all_means_what_is_seen_and_a_folded_group_says_what_of_it_is_selected(page: Any) -> None:
    page.locator("td.pick input").first.check()
    page.locator("a.fold").first.click()
    assert "1 selected" in page.locator("tr.group").first.inner_text()
    page.locator("#pick-all").check()
    assert page.locator("#bulk-count").inner_text() == "2"
    page.locator("#fold-all").click()
    assert page.locator("tr[data-run]:visible").count() == 0
    assert page.locator("#fold-all").inner_text() == "Unfold all"


def test_more_runs_than_can_be_compared_take_the_address_from_the_link(page: Any) -> None:
    compare, most = page.locator("#bulk-compare"), page.locator("#bulk-most")
    page.locator("#pick-all").check()
    assert compare.get_attribute("href") is None
    assert compare.get_attribute("aria-disabled") == "true"
    assert most.is_visible()
    for nth in range(2):
        page.locator("td.pick input").nth(nth).uncheck()
    assert compare.get_attribute("href").count(",") == 19
    assert not most.is_visible()
