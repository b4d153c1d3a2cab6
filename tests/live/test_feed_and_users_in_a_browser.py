"""The feed's own page and the inspector in a real browser, on a run that the real parts made."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.test_in_a_browser import page, site  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators"),
]

LOOK_AT = "at => document.dispatchEvent(new CustomEvent('sociarium:at', { detail: { at } }))"


@pytest.fixture
def made(owner: Any, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A finished run; what pages send to the queue is done by the test."""
    from simapp.runs import services
    from tests.runs.small import busy, finish, make

    settings.SOCIARIUM_DATA_ROOT = tmp_path
    monkeypatch.setattr(services, "quietly", lambda task, key: None)
    return finish(make(busy("echo-chambers"), steps=6, owner=owner))


def test_new_posts_wait_as_somebody_is_seen_and_why_a_post_is_there_opens_beside_it(site, page, made) -> None:  # noqa: F811
    from simapp.engine.core.threads import Workers
    from simapp.models import FeedExplanation, Run
    from simapp.runs import explaining
    from simapp.runs.decisions import feed_of
    from simapp.runs.messages import publish
    from tests.live.steps import step_message

    Run.objects.filter(pk=made.pk).update(step=5)
    page.goto(f"{site}/runs/{made.pk}/feed/")
    page.wait_for_selector("#link:has-text('up to date'), #link:has-text('live')")
    before = page.locator(".card-post").count()
    Run.objects.filter(pk=made.pk).update(step=6)
    made.refresh_from_db()
    publish(step_message(made, 6))
    page.wait_for_selector("#feed-fresh:has-text('new post')")
    assert page.locator(".card-post").count() == before, "nothing jumps until it is asked for"
    page.click("#feed-fresh")
    page.wait_for_selector(".card-post time[title='step 6']")
    page.wait_for_selector("#feed-fresh", state="hidden")

    user = next(user for user in range(made.users) if len(feed_of(made, user, 3)[0]) > 2)
    page.goto(f"{site}/runs/{made.pk}/feed/?as={user}&at=3")
    shown = [f"post-{one.post}" for one in feed_of(made, user, 3)[0]]
    assert page.evaluate("[...document.querySelectorAll('.card-post')].map((post) => post.id)") == shown
    page.locator("[data-why]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#why-panel:not([hidden]) .why-open")
    explaining.make(FeedExplanation.objects.get().pk, workers=Workers())
    page.wait_for_selector("#why-panel .why-equal")
    # Presets without a past are there first, those that learn some moments later.
    page.wait_for_selector("#why-panel .why-elsewhere tbody tr:nth-child(11)")
    page.keyboard.press("Escape")
    page.wait_for_selector("#why-panel", state="hidden")
    assert page.evaluate("document.activeElement.matches('[data-why]')"), "the focus is back where it was"

    at = next(step for step in (2, 4, 5) if feed_of(made, user, step)[0] and step != 3)
    page.evaluate(LOOK_AT, at)
    page.wait_for_selector(f".feed-who:has-text('The feed of step {at}')")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("[data-why]").first.click()
    page.wait_for_selector("#why-panel:not([hidden])")
    assert page.evaluate("getComputedStyle(document.getElementById('why-panel')).position") == "fixed"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_users_are_walked_by_key_and_a_decision_opens_in_its_place(site, page, made) -> None:  # noqa: F811
    page.goto(f"{site}/runs/{made.pk}/users/")
    page.wait_for_selector(".users-table")
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.matches('tbody tr:nth-child(2) [data-row]')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/users/1/**")
    page.wait_for_selector("#user-opinions canvas")
    page.keyboard.press("j")
    page.wait_for_url("**/users/2/**")
    page.wait_for_selector(".timeline [data-decision]")
    last = page.locator(".timeline [data-decision]").last
    step = last.get_attribute("data-step")
    last.click()
    page.wait_for_selector(f".user-decision-head h2:text-is('Step {step}')")
    assert f"step={step}" in page.url
    page.evaluate(LOOK_AT, 1)
    page.wait_for_selector(".user-who:has-text('As of step 1')")
    page.wait_for_selector("#user-opinions canvas")
    page.goto(f"{site}/runs/{made.pk}/users/?sort=opinion")
    page.evaluate(LOOK_AT, 2)
    page.wait_for_selector(".users-table a[href*='at=2']")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_users_opinion_is_taken_out_as_a_picture_like_every_chart(site, page, made) -> None:  # noqa: F811
    page.goto(f"{site}/runs/{made.pk}/users/1/")
    page.wait_for_selector("#user-opinions canvas")
    for kind, start in (("svg", b"<svg"), ("png", b"\x89PNG")):
        page.focus("#user-opinions .chart-menu summary")
        page.keyboard.press("Enter")
        with page.expect_download() as download:
            page.locator(f'#user-opinions [data-picture="{kind}"]').press("Enter")
        assert download.value.suggested_filename == f"run-{made.pk}-user-1-opinion.{kind}"
        assert download.value.path().read_bytes().startswith(start)
    page.evaluate(LOOK_AT, 2)
    page.wait_for_selector(".user-who:has-text('As of step 2')")
    page.wait_for_selector("#user-opinions canvas")
    assert page.evaluate("sociarium.charts.size") == 1, "a chart that left the page is let go"


def test_another_step_on_the_slider_is_another_record_of_the_user(site, page, made) -> None:  # noqa: F811
    page.goto(f"{site}/runs/{made.pk}/users/0/decisions/2/")
    page.wait_for_selector("#run[data-keys]")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/users/0/decisions/3/")
    page.wait_for_selector("#run[data-keys]")
    page.click("[data-tab-link=users]")
    page.wait_for_url("**/users/?at=3")


def test_the_bars_of_health_are_taken_out_as_pictures(site, page, made) -> None:  # noqa: F811
    page.goto(f"{site}/runs/{made.pk}/?tab=health")
    page.wait_for_selector("#run[data-keys]")
    for kind, start in (("svg", b"<svg"), ("png", b"\x89PNG")):
        page.click(".health-stages summary")
        with page.expect_download() as download:
            page.click(f'.health-stages [data-picture="{kind}"]')
        assert download.value.suggested_filename == f"stage-times.{kind}"
        assert download.value.path().read_bytes().startswith(start)


def test_on_a_phone_every_place_is_reached_from_the_bar_and_no_menu_is_cut(site, page, made) -> None:  # noqa: F811
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site}/runs/{made.pk}/")
    page.wait_for_selector(".rail-more:not([hidden])")
    inside = "(box) => { const at = box.getBoundingClientRect(); return at.left >= 0 && at.right <= innerWidth; }"
    shown = page.locator(".rail-places a:visible")
    assert shown.count() == 4
    assert all(one.evaluate(inside) for one in shown.all())
    page.click(".rail-more button")
    assert page.locator(".rail-places a:visible").count() >= 8
    assert page.locator(".rail [data-theme-toggle]").is_visible()
    page.keyboard.press("Escape")
    assert shown.count() == 4
    for menu in page.locator(".topline-actions details.menu").all():
        menu.locator("summary").click()
        assert menu.locator(".menu-body").evaluate(inside)
