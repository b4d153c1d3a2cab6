"""A newcomer's way through the whole site, in a real browser, on the whole stack."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from simapp.models import Run, RunEvent, RunPost, RunStep, RunUser
from simapp.runs.services import load_gallery
from tests.site import running_site

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PASSWORD = "a long enough pass phrase"
KNOWN = "window.sociarium?.run?.series.known ?? -1"


def test_from_sign_in_to_an_exported_database(
    browser: Any, child_environment: dict[str, str], shared_data: Path, tmp_path: Path, django_user_model: Any
) -> None:
    django_user_model.objects.create_user("mira", password=PASSWORD)
    load_gallery()
    with running_site(child_environment, tmp_path / "var") as (site, said):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        context.set_default_timeout(30_000)
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)

        # Sign in.
        page.goto(site)
        page.fill("#username", "mira")
        page.fill("#password", PASSWORD)
        page.click("button:has-text('Sign in')")
        page.wait_for_url("**/runs/**")

        # A scenario from the gallery becomes one's own.
        page.goto(f"{site}/scenarios/")
        page.locator("article, .card, li").filter(has_text="A rumour spreads").locator(
            "button:has-text('Use this scenario')"
        ).first.click()
        page.wait_for_url("**/scenarios/*/")

        # The 111 real users replace its people.
        page.set_input_files("#people", shared_data / "oasis-propagation" / "users_x_111.csv")
        page.click("button:has-text('Upload and check')")
        page.wait_for_url("**/people/**")
        assert "111" in page.inner_text("main")
        assert "85" in page.inner_text("main")
        page.click("button:has-text('Use these 111 users')")
        page.wait_for_url("**/scenarios/*/**")

        # Launch, slowly enough to be watched.
        page.fill("#run-seed", "7")
        page.fill("#run-steps", "2000")
        page.select_option("#run-pace", "4")
        page.click("button:has-text('Save and launch')")
        page.wait_for_url("**/runs/*/")
        run_id = int(page.url.rstrip("/").rpartition("/")[2])

        # A chart gains points over the socket, without a reload.
        page.wait_for_selector("#link:has-text('live')")
        page.evaluate("window.notReloaded = true")
        page.wait_for_function(f"() => ({KNOWN}) >= 3")
        before = page.evaluate(KNOWN)
        page.wait_for_function(f"() => ({KNOWN}) > {before} + 4")
        assert page.evaluate("sociarium.run.series.steps.every((step, i) => step === i)")
        assert page.evaluate("window.notReloaded")
        page.wait_for_selector("canvas")
        assert page.locator("canvas").count() > 3

        # Pause holds it, resume lets it go.
        page.click("button[value='pause']")
        page.wait_for_selector("button[value='resume']")
        page.wait_for_selector("text=paused")
        held = Run.objects.get(pk=run_id)
        page.wait_for_function(f"() => ({KNOWN}) === {held.step}")
        assert held.status == "paused"
        page.click("button[value='resume']")
        page.wait_for_function(f"() => ({KNOWN}) > {held.step} + 2")

        # Stop ends it for good.
        page.click("#do-stop")
        page.click("#stop-question button[value='stop']")
        page.wait_for_selector("text=stopped")
        run = Run.objects.get(pk=run_id)
        assert (run.status, run.users) == ("stopped", 111)
        assert RunStep.objects.filter(run_id=run_id).count() == run.step + 1

        # Take it out, in OASIS's own format.
        database = download(page, site, run_id, tmp_path)
        context.close()
    assert complaints == []
    compare(database, run)
    assert "is open after" in "\n".join(said)


def download(page: Any, site: str, run_id: int, folder: Path) -> Path:
    """Ask for the OASIS export as a member would, wait until it is done, and fetch it."""
    page.click("summary:has-text('Export')")
    page.click("button[value='oasis']")
    page.wait_for_url("**/exports/**")
    # Exports are a list that refreshes itself; a finished one leads to its files.
    page.click("a:has-text('files and manifest')")
    page.wait_for_url("**/exports/*/")
    link = page.locator(f"a:has-text('{run_id}.db')").first
    with page.expect_download() as waiting:
        link.click()
    path = folder / f"{run_id}.db"
    waiting.value.save_as(path)
    return path


def compare(database: Path, run: Run) -> None:
    """The exported rows are those of the run."""
    rows = sqlite3.connect(database)

    def count(table: str, where: str = "1") -> int:
        return int(rows.execute(f'SELECT count(*) FROM "{table}" WHERE {where}').fetchone()[0])

    events = RunEvent.objects.filter(run_id=run.pk, outcome=0)
    assert count("user") == RunUser.objects.filter(run_id=run.pk).count() == 111
    posts = RunPost.objects.filter(run_id=run.pk)
    assert count("post") == posts.exclude(kind=3).count() > 0
    assert count("comment") == posts.filter(kind=3).count()
    follows, unfollows = (events.filter(code=code).count() for code in (9, 10))
    assert count("follow") == 85 + follows - unfollows
    likes, unlikes = (events.filter(code=code).count() for code in (3, 4))
    assert count("like") == likes - unlikes
    assert count("trace", "action = 'sign_up'") == 111
    assert count("trace", "action NOT IN ('sign_up', 'do_nothing')") == events.exclude(code=13).count()
    rows.close()
