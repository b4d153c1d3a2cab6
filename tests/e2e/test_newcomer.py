"""From the first page to a comparison and an export: few clicks, real runs, pictures of every view."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from simapp.models import Export, Run
from tests.site import running_site

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MOST_CLICKS = 12
PASSWORD = "a long enough pass phrase"
KNOWN = "window.sociarium?.run?.series.known ?? -1"
VIEWS = ("", "feed/", "network/", "cascades/", "users/", "users/1/", "interventions/", "?tab=health")


class Hand:
    """Clicks, and counts it. Typing is free."""

    def __init__(self, page: Any) -> None:
        self.page, self.clicks = page, 0

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.clicks += 1


def test_a_newcomer_watches_steers_forks_compares_and_takes_out_a_run_within_twelve_clicks(
    browser: Any, child_environment: dict[str, str], tmp_path: Path, django_user_model: Any
) -> None:
    django_user_model.objects.create_superuser("mira", password=PASSWORD)
    with running_site(child_environment, tmp_path / "var") as (site, _):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(30_000)
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        sign_in(page, site)
        hand = Hand(page)

        page.goto(site)
        hand.click("main a:has-text('Open the gallery')")
        hand.click("#rumour button:has-text('Launch now')")
        page.wait_for_url("**/runs/*/")
        first = int(page.url.rstrip("/").rpartition("/")[2])
        page.wait_for_function(f"() => ({KNOWN}) >= 2")

        hand.click("#do-turn")  # pause
        page.wait_for_selector(".state-paused")
        hand.click("a:has-text('Intervene')")
        page.fill("#steer [name=text]", "The bridge is closed from today on.")
        hand.click("#steer button[type=submit]:not([formaction])")
        page.wait_for_selector("#happening-list li.is-planned")

        hand.click(".fork-edit > summary")
        page.select_option("#fork-preset", "chronological")
        hand.click("button:has-text('Fork and launch')")
        page.wait_for_url(lambda url: f"/runs/{first}/" not in url and "/runs/" in url)
        second = Run.objects.latest("pk")
        assert (second.parent_id, second.pk > first) == (first, True)
        hand.click("a:has-text('Compare with parent')")
        page.wait_for_selector("canvas")
        assert "chronological" in page.inner_text("main")

        page.goto(f"{site}/runs/{first}/")
        hand.click("summary:has-text('Export')")
        hand.click("button[value='csv']")
        page.wait_for_url("**/exports/**")
        assert Export.objects.get().run_id == first
        assert hand.clicks <= MOST_CLICKS, hand.clicks

        look_at_everything(context, site, first)
        context.close()
    assert complaints == []


def sign_in(page: Any, site: str) -> None:
    """By name and password."""
    page.goto(site)
    page.fill("#username", "mira")
    page.fill("#password", PASSWORD)
    page.click("button:has-text('Sign in')")
    page.wait_for_url("**/runs/**")


def look_at_everything(context: Any, site: str, run: int) -> None:
    """Open every view of the run on a wide screen and a phone; SCREENSHOTS=folder keeps the pictures."""
    folder = os.environ.get("SCREENSHOTS")
    for width, height, scheme in ((1280, 900, "light"), (390, 844, "dark")):
        for view in VIEWS:
            # A page of its own each: one that waits for a worker loads itself again when it is done.
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            answer = page.goto(f"{site}/runs/{run}/{view}")
            assert answer.status == 200, view
            # Nothing scrolls sideways. Waited for rather than asked: the page may be loading itself again.
            page.wait_for_function("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            if folder:
                page.wait_for_timeout(800)
                name = view.strip("/?").replace("/", "-").replace("=", "-") or "overview"
                page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=False)
            page.close()
