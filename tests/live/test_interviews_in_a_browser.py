"""Interviews in a real browser: a question is asked, and its answers appear by themselves."""

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


@pytest.mark.parametrize("width", [1280, 390])
def test_answers_appear_without_a_reload(site: str, page: Any, owner: Any, width: int, monkeypatch: Any) -> None:  # noqa: F811
    from simapp.models import Probe
    from simapp.runs import probes, services
    from tests.runs.small import busy, finish, make

    monkeypatch.setattr(services, "quietly", lambda _task, _key: None)  # the worker is this test
    run = finish(make(busy("rumour"), steps=2, owner=owner))
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site}/runs/{run.pk}/")
    page.click("text=Interviews")
    page.fill("#prompt", "Are you in a <b>group</b>?")
    page.fill("#users", "1, 3")
    page.click(".interview-form button")
    page.wait_for_selector(".interview:has-text('waiting for a worker')")
    page.evaluate("window.stays = true")
    assert probes.answer(Probe.objects.get().pk).status == "done"
    page.wait_for_selector(".answers dd:has-text('I am in no group.')")
    assert page.locator(".answers dd").count() == 2
    assert page.evaluate("window.stays"), "the page was not loaded anew"
    assert page.locator(".interview h2 b").count() == 0, "what was typed is text"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"

    # The page stands on the time of all views: what was asked about later steps stands behind a past one.
    page.evaluate("sociarium.time.goTo(1)")
    page.wait_for_selector("#interviews:has-text('1 interview about later steps is not listed')")
    assert page.locator(".answers").count() == 0
    assert page.input_value("#step") == "1", "a question would be about that step"
    page.wait_for_function("() => location.search === '?at=1'")
    page.evaluate("sociarium.time.goTo(null)")
    page.wait_for_selector(".answers dd:has-text('I am in no group.')")
    assert page.input_value("#step") == ""
