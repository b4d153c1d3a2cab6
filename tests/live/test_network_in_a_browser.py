"""The network and the cascades in a real browser: drawn, followed through time, lassoed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live import test_in_a_browser
from tests.live.test_in_a_browser import page, site  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    # Static files that were not collected are read through finders.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators"),
]

COLOURS = "Array.from(sociarium.network.graph.held.colour)"
PLACES = "Array.from(sociarium.network.graph.held.place)"
INK = """() => {
  const { graph } = sociarium.network;
  graph.draw();
  const pixels = new Uint8Array(4 * graph.canvas.width * graph.canvas.height);
  graph.gl.readPixels(0, 0, graph.canvas.width, graph.canvas.height, graph.gl.RGBA, graph.gl.UNSIGNED_BYTE, pixels);
  return pixels.filter((value, at) => at % 4 === 3 && value > 0).length;
}"""


@pytest.fixture(autouse=True)
def _graphics_by_software(monkeypatch: pytest.MonkeyPatch) -> None:
    flags = [flag for flag in test_in_a_browser.FLAGS if flag != "--disable-gpu"]
    monkeypatch.setattr(
        test_in_a_browser, "FLAGS", [*flags, "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    )


@pytest.fixture
def run(owner: Any) -> Any:
    """A finished run whose network is laid out."""
    from simapp.runs import layouts
    from tests.runs.small import finish, make

    made = finish(make(steps=5, owner=owner))
    layouts.make(layouts.ask_layout(run=made, step=0).pk)
    return made


def look_at(page: Any, step: int | None) -> None:  # noqa: F811
    page.evaluate("at => document.dispatchEvent(new CustomEvent('sociarium:at', { detail: { at } }))", step)


def test_the_network_is_drawn_follows_time_and_gives_a_cohort(site: str, page: Any, run: Any) -> None:  # noqa: F811
    from simapp.models import Cohort

    page.goto(f"{site}/runs/{run.pk}/network/")
    page.wait_for_selector("#net-stage[data-state='drawn']")
    assert page.evaluate(INK) > 1000
    page.click("[data-colour='activity']")
    now, places = page.evaluate(COLOURS), page.evaluate(PLACES)
    look_at(page, 1)
    page.wait_for_selector("#run[data-drawn='1']")
    assert page.evaluate(COLOURS) != now
    assert page.evaluate(PLACES) == places
    look_at(page, None)
    page.wait_for_selector(f"#run[data-drawn='{run.step}']")
    assert page.evaluate(COLOURS) == now

    page.focus("#net-canvas")
    page.keyboard.press("n")
    page.wait_for_selector("#net-who dd")
    most = page.evaluate("sociarium.network.state.drawing.followers[sociarium.network.state.chosen]")
    assert most == page.evaluate("Math.max(...sociarium.network.state.drawing.followers)")
    assert f"/runs/{run.pk}/users/" in page.get_attribute("#net-who a", "href")

    # Around the left half of the drawing.
    page.click("#net-lasso")
    box = page.locator("#net-canvas").bounding_box()
    corners = [(0.02, 0.02), (0.5, 0.02), (0.5, 0.98), (0.02, 0.98)]
    page.mouse.move(*(box["x"] + 0.02 * box["width"], box["y"] + 0.5 * box["height"]))
    page.mouse.down()
    for x, y in corners:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
    page.mouse.up()
    picked = page.text_content("#net-picked span")
    page.fill("#cohort-name", "left <b>half</b>")
    page.click("#net-form button[type=submit]")
    page.wait_for_selector("#network[data-cohort] #net-stage[data-state='drawn']")
    cohort = Cohort.objects.get()
    assert picked == f"lasso: {cohort.size} users"
    assert 0 < cohort.size < run.users
    bright = page.evaluate(f"{COLOURS}.filter((value, at) => at % 4 === 3 && value > 200).length")
    assert bright == cohort.size
    page.wait_for_selector("#cohort-charts .u-over")
    assert page.locator(".net-cohorts b").count() == 0, "what was typed is text"
    follow_the_cohort(page, set(cohort.users.tolist()))
    page.set_viewport_size({"width": 390, "height": 844})
    # Nothing is wider than the screen, once the charts have heard of its new width.
    page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")


def follow_the_cohort(page: Any, users: set[int]) -> None:  # noqa: F811
    """What was lassoed narrows the feed and the users too; a choice above each view goes back to everybody."""
    page.click("[data-tab-link='feed']")
    page.wait_for_selector("#feed-items .card-post")
    posts = page.eval_on_selector_all(".card-post", "posts => posts.map(post => post.id.slice(5))")
    assert posts
    assert {int(key) >> 32 for key in posts} <= users
    page.click("[data-tab-link='users']")
    page.wait_for_selector("#users-list [data-row]")
    assert page.text_content(".users-total").split()[0] == str(len(users))
    page.select_option("#cohort-shown", "")
    page.wait_for_url(lambda url: "cohort=" not in url or url.endswith("cohort="))
    page.wait_for_selector("#users-list [data-row]")
    assert int(page.text_content(".users-total").split()[0]) > len(users)
    page.go_back()
    page.click("[data-tab-link='network']")
    page.wait_for_selector("#cohort-charts .u-over")


def test_a_cascade_follows_time_and_choice(site: str, page: Any, run: Any) -> None:  # noqa: F811
    page.goto(f"{site}/runs/{run.pk}/cascades/")
    page.wait_for_selector("#casc-one[data-state='drawn']")
    size = int(page.text_content("[data-tile='size']"))
    assert page.locator("#casc-tree [data-node]").count() == size
    key = page.get_attribute("[data-cascade]", "data-cascade")
    written = int(key) >> 12 & 0xFFFFF
    look_at(page, written)
    page.wait_for_selector(f"#casc-one[data-step='{written}']")
    assert page.locator("#casc-tree [data-node]").count() < size
    look_at(page, None)
    page.wait_for_selector(f"#casc-one[data-step='{run.step}']")
    page.wait_for_selector(f"[data-cascade='{key}'].casc-picked")
    other = page.get_attribute("[data-cascade] >> nth=1", "data-cascade")
    page.click(f"[data-pick='{other}']")
    page.wait_for_function("key => document.getElementById('casc-csv').href.includes(key)", arg=other)
    assert page.evaluate("new URLSearchParams(location.search).get('cascade')") == other
    page.click("[data-shape='layers']")
    page.set_viewport_size({"width": 390, "height": 844})
    # Nothing is wider than the screen, once the charts have heard of its new width.
    page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")
