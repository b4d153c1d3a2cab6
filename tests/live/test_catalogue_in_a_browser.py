"""The catalogue in a real browser: a metric is found by what its entry says."""

from __future__ import annotations

import pytest

from tests.live.test_in_a_browser import page, site  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators"),
]


def test_what_does_not_say_the_words_is_left_out_of_entries_and_index(site, page) -> None:  # noqa: F811
    page.goto(f"{site}/catalogue/")
    shown = "() => document.querySelectorAll('article.entry:not([hidden])').length"
    everything = page.evaluate(shown)
    page.fill("#catalogue-find", "Hartigan dip")
    assert page.evaluate(shown) == 1
    assert page.is_visible("article#dip")
    assert page.inner_text("#catalogue-count").startswith(f"1 of {everything}")
    assert page.locator(".catalogue-index li:visible").count() == 1
    page.fill("#catalogue-find", "no metric says this")
    assert page.is_visible("#catalogue-none")
    # Who follows a link to an entry that is left out sees it.
    page.evaluate("() => { location.hash = '#spread'; location.hash = '#ei_index'; }")
    page.wait_for_selector("article#ei_index", state="visible")
    assert page.evaluate(shown) == everything
