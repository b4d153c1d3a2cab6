"""A member lets users think with a language model: endpoint, test, tier, forecast, launch, spend; in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from simapp.models import ModelReply, Run
from simapp.runs.services import load_gallery
from tests.servers.conforming import conforming_server
from tests.site import running_site

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PASSWORD = "a long enough pass phrase"


def test_from_an_endpoint_to_a_run_that_says_what_it_spends(
    browser: Any, child_environment: dict[str, str], tmp_path: Path, django_user_model: Any
) -> None:
    mira = django_user_model.objects.create_user("mira", password=PASSWORD)
    mira.user_permissions.add(Permission.objects.get(codename="manage_endpoints"))
    load_gallery()
    with conforming_server() as server, running_site(child_environment, tmp_path / "var") as (site, _):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(30_000)
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto(site)
        page.fill("#username", "mira")
        page.fill("#password", PASSWORD)
        page.click("button:has-text('Sign in')")
        page.wait_for_url("**/runs/**")

        # An endpoint, and what its server can do.
        page.goto(f"{site}/endpoints/new/")
        page.fill("#name", "house model")
        page.fill("#base_url", server.base_url)
        page.fill("#model", "tiny")
        page.fill("#price_in", "1")
        page.fill("#price_out", "2")
        page.click("button:has-text('Add endpoint')")
        page.click("#test button:has-text('Test')")
        page.wait_for_selector("#test .found")

        # A scenario lets forty users think with it.
        page.goto(f"{site}/scenarios/")
        rumour = page.locator("article, .card, li").filter(has_text="A rumour spreads")
        rumour.locator("button:has-text('Use this scenario')").first.click()
        page.wait_for_url("**/scenarios/*/")
        page.fill("#f-question", "Does a model believe it?")
        page.select_option("#tier-endpoint", "house model")
        page.fill("#tier-amount", "40")
        page.fill("#tier-tokens", "400000")
        page.click("button:has-text('Add and save')")
        page.wait_for_selector(".models-box .tiers li:has-text('40 users')")
        assert page.input_value("#f-question") == "Does a model believe it?"

        # What it will take is said before, first of the forecast and then of the run.
        assert "Asks 20 questions" in page.inner_text(".forecast-ask")
        page.click("button:has-text('Forecast with 20 calls')")
        page.wait_for_selector("#forecast table")
        assert "tokens in" in page.inner_text("#forecast")

        # Launch, and watch.
        page.fill("#run-seed", "7")
        page.fill("#run-steps", "400")
        page.click("button:has-text('Save and launch')")
        page.wait_for_url("**/runs/*/")
        page.evaluate("window.notReloaded = true")
        page.wait_for_function(
            "() => parseInt((document.querySelector('.models-meter b') || {}).textContent?.replace(/\\D/g, '')) > 20000"
        )
        assert page.evaluate("window.notReloaded")
        assert "of 400" in page.inner_text(".models-meters")
        page.click("#do-stop")
        page.click("#stop-question button[value='stop']")
        page.wait_for_selector("text=stopped")
        run = Run.objects.get()
        context.close()
    assert complaints == []
    assert ModelReply.objects.filter(run_id=run.rows, outcome="answered").exists()
