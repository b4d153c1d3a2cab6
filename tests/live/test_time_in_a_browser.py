"""The time slider, the keys and a page that slept, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.test_in_a_browser import known, page, running, site  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    # Static files that were not collected are read through finders.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators"),
]

MARKS = [
    {"step": 3, "letter": "A", "kind": "inject_post", "label": "Inject <b>a</b> post", "by": "ada", "url": ""},
    {"step": 6, "letter": "B", "kind": "switch_feed", "label": "Switch the feed", "by": "", "url": ""},
]
FIGURE = '[data-chart="opinion_variance"] .chart-value'
BARS = "[...document.querySelectorAll('.histogram-bars rect')].map((bar) => Number(bar.getAttribute('height')))"


def test_one_slider_and_one_key_for_everything(site: str, page: Any, running: Any, monkeypatch: Any) -> None:  # noqa: F811
    from simapp.runs.messages import publish
    from simapp.runs.points import newest_step
    from simapp.web import run_words
    from tests.live.steps import commit

    monkeypatch.setattr(run_words, "marks_path", lambda run: f"/marks-of-{run.pk}")
    page.route("**/marks-of-*", lambda route: route.fulfill(json={"marks": MARKS}))
    page.goto(f"{site}/runs/{running.pk}/")
    page.wait_for_selector("#link:has-text('live')")
    known(page, 9)
    page.wait_for_selector(f"{FIGURE}:text-is('0.009')")
    page.evaluate("heard = []; document.addEventListener('sociarium:at', (event) => heard.push(event.detail.at))")

    # A step back by key: figures, line, feed, address and links follow.
    page.wait_for_selector("#run[data-keys]")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#run[data-at='8']")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#run[data-at='7']")
    page.wait_for_selector("#feed-word:text-is('as of step 7')")
    page.wait_for_selector(f"{FIGURE}:text-is('0.007')")
    page.wait_for_selector('[data-chart="opinion_variance"] .at-line:not([hidden])')
    page.wait_for_function("() => location.search === '?at=7'")
    assert page.locator('[data-tab-link="health"]').get_attribute("href").endswith("tab=health&at=7")
    assert page.evaluate("heard.at(-1)") == 7
    page.wait_for_selector("[data-histogram-word]:has-text('step 7, tallest bar 7')")

    # What happens now changes nothing but the range and the way back.
    before = page.evaluate(f"[sociarium.run.charts[0].data[0].length, {BARS}]")
    commit(running, [10, 11])
    publish(newest_step(running))
    known(page, 11)
    page.wait_for_selector("#go-live:has-text('Back to live, 4 steps ahead')")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate(f"[sociarium.run.charts[0].data[0].length, {BARS}]") == before
    assert page.locator("#time").get_attribute("max") == "11"
    assert page.locator(FIGURE).text_content() == "0.007"

    # An intervention says what it is, as text, and is a way to its step.
    letter = page.locator('#time-marks [data-step="3"]')
    assert letter.get_attribute("aria-label") == "A: Inject <b>a</b> post, step 3, by ada"
    letter.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{FIGURE}:text-is('0.003')")
    page.locator('[data-chart="activity"] .mark[data-step="6"]').click()
    page.wait_for_selector("#time-step:text-is('step 6')")
    page.focus("#time")
    page.keyboard.press("Home")
    page.wait_for_selector("#time-step:text-is('step 0')")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_selector("#time-step:text-is('step 10')")
    page.keyboard.press("l")
    page.wait_for_selector(f"{FIGURE}:text-is('0.01')")
    page.wait_for_function("() => location.search === ''")

    # Keys for controls and views; none of them while somebody types.
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#keys[open]", state="hidden")
    page.keyboard.press(" ")
    page.wait_for_selector('button[value="resume"]')
    page.keyboard.press("[")
    page.wait_for_selector('.pace [value="20"][aria-pressed="true"]')
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_selector(".pending")
    page.click("summary:has-text('Fork')")
    page.fill("#fork-title", "")
    page.type("#fork-title", "gs?l [.")
    assert page.input_value("#fork-title") == "gs?l [."
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("Escape")

    # A stop asks first.
    page.keyboard.press("s")
    page.wait_for_selector("#stop-question[open]:has-text('it is at step 11')")
    page.keyboard.press("Enter")  # the harmless answer has the focus
    page.wait_for_selector("#stop-question[open]", state="hidden")
    running.refresh_from_db()
    assert (running.wanted, running.pace) == ("pause", 20.0)
    page.keyboard.press("s")
    page.click("#stop-question button.danger")
    page.wait_for_selector("#do-stop[disabled]")
    running.refresh_from_db()
    assert running.wanted == "stop"

    # Another axis, smoothing, other charts and a large one: each is part of the address.
    page.goto(f"{site}/runs/{running.pk}/?at=5&x=time&smooth=5&charts=opinion_variance&large=opinion_variance")
    page.wait_for_selector(f"{FIGURE}:text-is('0.005')")
    assert page.locator("[data-chart]:visible").count() == 1
    assert page.evaluate("sociarium.run.charts[0].plot.series.length") == 4  # steps, null, raw, smoothed
    assert page.evaluate("sociarium.run.charts[0].plot.height") == 420
    assert page.locator("#smooth-word").text_content() == "half-life 5"
    page.click(".chart-picker summary")
    page.check('.chart-picker [value="activity"]')
    page.wait_for_function("() => location.search.includes('charts=opinion_variance,activity')")
    page.wait_for_selector('[data-chart="activity"] canvas')
    for kind, start in (("svg", b"<svg"), ("png", b"\x89PNG")):
        page.focus('[data-chart="activity"] .chart-menu summary')
        page.keyboard.press("Enter")
        with page.expect_download() as download:
            page.locator(f'[data-chart="activity"] [data-picture="{kind}"]').press("Enter")
        assert download.value.path().read_bytes().startswith(start)


def test_a_page_that_slept_catches_up_with_one_answer_and_draws_once(site: str, page: Any, running: Any) -> None:  # noqa: F811
    from simapp.runs.messages import publish
    from simapp.runs.points import newest_step
    from tests.live.steps import commit

    page.clock.install()
    page.goto(f"{site}/runs/{running.pk}/")
    page.wait_for_selector("#link:has-text('live')")
    known(page, 9)
    page.evaluate(
        """() => {
            look = (hidden) => {
                Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
                document.dispatchEvent(new Event("visibilitychange"));
            };
            drawn = 0;
            const { run, LineChart: { prototype } } = sociarium;
            const { draw } = prototype;
            prototype.draw = function (series) { drawn += this === run.charts[0]; draw.call(this, series); };
            look(true);
        }"""
    )
    page.clock.run_for(61_000)
    assert page.evaluate("[sociarium.run.link.open, sociarium.run.link.asleep]") == [False, True]

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    commit(running, range(10, 2600))
    publish(newest_step(running))  # nobody listens
    page.clock.run_for(600_000)
    assert asked == []
    page.evaluate("look(false)")
    known(page, 2599)
    page.wait_for_selector("#link:has-text('live')")
    page.clock.run_for(2_000)
    page.wait_for_function("() => document.querySelector('[data-figure=posts_written]').textContent.endsWith('599')")
    assert len([url for url in asked if "/points" in url]) == 1, asked
    assert page.evaluate("drawn") == 1
    assert page.evaluate("sociarium.run.series.steps.length") <= 1500 + 10
    assert len(asked) <= 4, asked


def test_plus_and_minus_zoom_all_charts_without_a_mouse(site: str, page: Any, running: Any) -> None:  # noqa: F811
    from tests.live.steps import commit

    commit(running, range(10, 60))
    page.goto(f"{site}/runs/{running.pk}/")
    known(page, 59)
    page.wait_for_selector("#run[data-keys]")
    page.wait_for_selector('[data-chart="opinion_variance"] canvas')
    widths = "[...sociarium.charts].filter((c) => c.plot).map((c) => c.plot.scales.x.max - c.plot.scales.x.min)"
    page.keyboard.press("+")
    page.wait_for_selector("#unzoom:not([hidden])")
    assert set(page.evaluate(widths)) == {29.5}, "half of the 59 steps"
    page.keyboard.press("-")
    page.wait_for_selector("#unzoom", state="hidden")
    assert set(page.evaluate(widths)) == {59}
