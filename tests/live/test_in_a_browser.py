"""The run page in a real browser, against a real server on loopback: nothing is lost when the line is."""

from __future__ import annotations

import shutil
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    # Static files that were not collected are read through finders.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators"),
]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
CONTIGUOUS = "sociarium.run.series.steps.every((step, i) => step === i)"


@pytest.fixture
def site(db: Any) -> Iterator[str]:
    """The address of the site, served by uvicorn in a thread of this process."""
    import uvicorn

    from simapp.asgi import application

    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(application, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def page(site: str, owner: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A page of a browser in which the owner is signed in; what its console complains of fails the test."""
    sync_api = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    # Playwright keeps a loop in this thread; the tests' own queries are made between its calls.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    client = Client()
    client.force_login(owner)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        context.set_default_timeout(15_000)
        opened = context.new_page()
        complaints: list[str] = []
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        yield opened
        # While Playwright's loop runs, this thread has a database connection of its own: not the fixtures'.
        connection.close()
        context.close()
        browser.close()
    assert complaints == []


@pytest.fixture
def running(owner: Any) -> Any:
    """A run with steps 0 .. 9."""
    from tests.live.steps import commit, make_run

    run = make_run(owner)
    commit(run, range(10))
    return run


def known(page: Any, step: int) -> None:
    page.wait_for_function("step => window.sociarium?.run?.series.known === step", arg=step)


def test_after_a_lost_line_the_page_catches_up_without_a_gap(site, page, running) -> None:
    from simapp.runs.messages import publish
    from simapp.runs.points import newest_step
    from tests.live.steps import commit

    lines: list[Any] = []

    def proxy(line: Any) -> None:
        line.connect_to_server()
        lines.append(line)

    page.route_web_socket("**/ws/runs/**", proxy)
    page.goto(f"{site}/runs/{running.pk}/")
    known(page, 9)
    page.wait_for_selector("#link:has-text('live')")

    commit(running, [10])
    publish(newest_step(running))
    known(page, 10)

    lines[-1].close(code=1012)
    page.wait_for_selector("#link:has-text('disconnected')")
    commit(running, range(11, 15))  # nobody hears of these
    known(page, 14)
    page.wait_for_selector("#link:has-text('live')")
    assert page.evaluate(CONTIGUOUS)

    commit(running, range(15, 21))
    publish(newest_step(running))  # the messages of 15 .. 19 are lost
    known(page, 20)
    assert page.evaluate(CONTIGUOUS)
    assert page.evaluate("sociarium.run.series.column('posts_written').values") == list(range(21))


def test_a_heartbeat_brings_what_the_last_message_did_not(site, page, running) -> None:
    from simapp.runs.messages import publish
    from tests.live.steps import commit, state_message

    page.goto(f"{site}/runs/{running.pk}/")
    page.wait_for_selector("#link:has-text('live')")
    commit(running, [10, 11])
    publish(state_message(running, 11))
    known(page, 11)
    page.wait_for_selector('[data-live="step"]:text-is("11")')
    assert page.evaluate(CONTIGUOUS)


def test_pause_is_one_key_away_and_the_focus_stays(site, page, running) -> None:
    page.goto(f"{site}/runs/{running.pk}/")
    page.wait_for_selector("#link:has-text('live')")
    page.focus('button[value="pause"]')
    page.keyboard.press("Enter")
    page.wait_for_selector('button[value="resume"]:focus')
    running.refresh_from_db()
    assert running.wanted == "pause"


def test_new_posts_wait_behind_a_counter(site, page, owner, settings, tmp_path) -> None:
    from simapp.runs.messages import publish
    from tests.live.steps import step_message
    from tests.store.story import make_run, tell

    settings.SOCIARIUM_DATA_ROOT = tmp_path
    run = tell(make_run(owner)).run
    run.step = 3
    run.save(update_fields=["step"])
    page.goto(f"{site}/runs/{run.pk}/")
    page.wait_for_selector("#link:has-text('live')")
    before = page.locator(".post").count()
    run.step = 4
    run.save(update_fields=["step"])
    publish(step_message(run, 4).model_copy(update={"counts": {"create_post": 2, "repost": 1}}))
    page.wait_for_selector("#feed-new:has-text('3 new posts')")
    assert page.locator(".post").count() == before
    page.click("#feed-new")
    page.wait_for_selector("#feed-new", state="hidden")
    assert page.evaluate("document.title.includes('told') && !document.querySelector('.post script')")


def test_a_page_that_hears_nothing_while_steps_are_made_says_so_until_it_hears_again(site, page, running) -> None:
    from simapp.runs.messages import publish
    from tests.live.steps import commit, state_message

    page.clock.install()
    page.goto(f"{site}/runs/{running.pk}/")
    page.wait_for_selector("#link:has-text('live')")
    known(page, 9)
    commit(running, [10, 11])  # what carries messages is away: nobody hears of these
    page.clock.run_for(8_000)
    known(page, 11)
    page.wait_for_selector("#link:has-text('disconnected')")
    commit(running, [12])
    page.clock.run_for(4_000)
    known(page, 12)
    publish(state_message(running, 12))
    page.wait_for_selector("#link:has-text('live')")
    assert page.evaluate(CONTIGUOUS)


def test_a_page_of_a_run_that_is_rewound_begins_anew(site, page, running) -> None:
    from simapp.runs.messages import publish
    from tests.live.steps import state_message

    page.goto(f"{site}/runs/{running.pk}/")
    page.wait_for_selector("#link:has-text('live')")
    known(page, 9)
    running.step, running.rewinds = 4, 1
    running.save(update_fields=["step", "rewinds"])
    publish(state_message(running, 4, rewinds=1))
    known(page, 4)
    page.wait_for_selector('[data-live="step"]:text-is("4")')
