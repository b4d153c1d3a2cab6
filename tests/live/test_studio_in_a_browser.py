"""The scenario studio in a real browser: faults appear beside the field while typing, the picture follows."""

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

FAULT = "population.users is 0; it must be a whole number from 1 to 1000000."


@pytest.fixture
def scenario(owner: Any) -> Any:
    """A small scenario of the owner."""
    from simapp.runs import services
    from simapp.scenarios.document import load_scenario

    document = load_scenario({"title": "Town", "population": {"users": 60}, "network": {"kind": "watts_strogatz"}})
    return services.create_scenario(owner=owner, document=document).scenario


@pytest.mark.parametrize("width", [1280, 390])
def test_typing_is_checked_drawn_and_kept_until_it_is_saved(
    site: str, page: Any, scenario: Any, width: int  # noqa: F811
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{site}/scenarios/{scenario.pk}/")
    page.wait_for_function("() => document.querySelectorAll('#preview circle').length === 60")
    page.click(".studio-menu summary")
    box = page.locator(".menu-box").bounding_box()
    assert box["x"] >= 0, "the menu is on the screen"
    assert box["x"] + box["width"] <= width, "the menu is on the screen"
    page.keyboard.press("Escape")
    assert page.is_hidden(".menu-box")
    # A fault stands beside the field, and on top with a link; the field keeps the focus and what was typed.
    page.fill("#f-population-users", "0")
    page.wait_for_selector(f"#f-population-users-fault:has-text('{FAULT}')")
    assert page.inner_text("#faults-count") == "1 fault in the document. It cannot be saved like this."
    assert page.evaluate("document.activeElement.id") == "f-population-users"
    assert page.get_attribute("#f-population-users", "aria-invalid") == "true"
    page.focus("#f-title")
    page.click("#faults li a")
    assert page.evaluate("document.activeElement.id") == "f-population-users"
    # It goes when the field is right again, and the picture follows.
    page.fill("#f-population-users", "90")
    page.wait_for_function("() => document.querySelectorAll('#preview circle').length === 90")
    assert page.locator("#f-population-users-fault").count() == 0
    assert page.is_hidden("#faults")
    # The other view holds what was typed; a fault there leads to its line.
    page.click("button[value='to_yaml']")
    page.wait_for_selector("#yaml")
    text = page.input_value("#yaml")
    assert "users: 90" in text
    page.fill("#yaml", text.replace("users: 90", "users: 0"))
    page.wait_for_selector("#faults li a:has-text('Line ')")
    page.click("#faults li a")
    chosen = page.evaluate("getSelection().toString() || yaml.value.slice(yaml.selectionStart, yaml.selectionEnd)")
    assert chosen.strip() == "users: 0"
    page.fill("#yaml", text)
    page.wait_for_function("() => document.getElementById('faults').hidden")
    page.click("button[value='to_form']")
    page.wait_for_selector("#f-population-users")
    assert page.input_value("#f-population-users") == "90"
    # A list grows by a button, and everything is saved at once.
    page.select_option("select[name='interventions.add']", "switch_feed")
    page.click("button[value='add:interventions']")
    page.fill("[name='interventions.0.at']", "7")
    page.keyboard.press("Control+s")
    page.wait_for_selector("text=Saved as version 2.")
    document = scenario.versions.order_by("-number").first().document
    assert (document["population"]["users"], document["interventions"][0]["at"]) == (90, 7)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"
