"""Intervening in a real browser: a post is injected into a paused run, seen and marked; a fork has another feed."""

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

WORDS = "Rents <b>doubled</b> overnight"


def test_a_member_injects_a_post_sees_it_and_forks_with_another_feed(
    site: str, page: Any, owner: Any, monkeypatch: Any  # noqa: F811
) -> None:
    from simapp.engine.core.threads import Workers
    from simapp.models import Run
    from simapp.runs import services
    from simapp.runs.execute import execute
    from tests.runs.small import busy, finish, make

    monkeypatch.setattr(services, "quietly", lambda _task, _key: None)  # the worker is this test
    run = make(busy("rumour", "interventions=[]"), steps=6, owner=owner)
    Run.objects.filter(pk=run.pk).update(pause_at=3)
    execute(run.pk, workers=Workers(1), hold_seconds=0)

    page.goto(f"{site}/runs/{run.pk}/")
    page.click("text=Intervene")
    page.wait_for_selector(".empty:has-text('Nobody has intervened yet')")
    page.fill("#i-author", "5000")
    page.wait_for_selector("#i-author-fault:has-text('number from 0 to 119')")
    page.fill("#i-author", "7")
    page.wait_for_selector("#i-author-fault", state="hidden")
    page.fill("#i-text", WORDS)
    page.focus("#steer > button")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".timeline li.is-planned:has-text('{WORDS}')")
    page.wait_for_selector("#link:has-text('live')")
    page.evaluate("window.stays = true")

    with page.expect_response("**/control"):
        page.click('button[value="step"]')
    execute(run.pk, workers=Workers(1), hold_seconds=0)
    page.wait_for_selector(f".timeline li.is-done:has-text('{WORDS}')")
    assert page.evaluate("window.stays"), "the page was not loaded anew"
    marks = page.evaluate("path => fetch(path).then(r => r.json())", f"{site}/runs/{run.pk}/marks")["marks"]
    assert [(m["step"], m["letter"], m["state"]) for m in marks] == [(4, "A", "done")]

    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site}/runs/{run.pk}/?tab=feed")
    page.wait_for_selector(f".post:has-text('{WORDS}')")
    assert page.locator(".post b:text-is('doubled')").count() == 0, "what was typed is text"

    page.goto(f"{site}/runs/{run.pk}/interventions/?at=2")
    page.evaluate("document.dispatchEvent(new CustomEvent('sociarium:at', { detail: { at: 1 } }))")
    assert page.input_value("#fork-at-step") == "1"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"
    page.select_option("#fork-preset", "bridging")
    page.click("text=Fork and launch")
    page.wait_for_selector(".origin:has-text('1 step shared'):has-text('differs from step 2 by feed bridging')")
    made = Run.objects.get(parent=run)
    compare = page.get_attribute(".origin a:text-is('Compare with parent')", "href")
    assert compare == f"/compare/?runs={run.pk},{made.pk}"
    finish(made)
    page.goto(f"{site}/runs/{made.pk}/interventions/")
    assert not page.is_checked("#steer [name=include]")
    page.fill("#steer [name=text]", WORDS)
    assert page.is_checked("#steer [name=include]"), "who fills it in means it"
    page.uncheck("#steer [name=include]")
    page.fill("#steer [name=text]", "other words")
    assert not page.is_checked("#steer [name=include]")
    page.goto(f"{site}/runs/{made.pk}/")
    page.wait_for_selector("#link:has-text('up to date')")
