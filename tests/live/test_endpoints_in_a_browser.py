"""Setting up an endpoint in a real browser: added, tested by a worker, its features seen, all by keyboard if wanted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.agents.inference.asked import KEY
from tests.live.test_in_a_browser import page, site  # noqa: F401 - fixtures
from tests.servers.conforming import conforming_server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    # Static files that were not collected are read through finders.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators"),
]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_member_adds_an_endpoint_tests_it_and_sees_its_features(
    site: str, page: Any, owner: Any, width: int, monkeypatch: Any  # noqa: F811
) -> None:
    from django.contrib.auth.models import Permission

    from simapp.models import Endpoint
    from simapp.runs import endpoints, services

    monkeypatch.setattr(services, "quietly", lambda _task, _key: None)  # the worker is this test
    owner.user_permissions.add(Permission.objects.get(codename="manage_endpoints"))
    page.set_viewport_size({"width": width, "height": 800})
    with conforming_server(key=KEY, schema=False) as server:
        page.goto(f"{site}/endpoints/")
        page.click("main >> text=New endpoint")
        page.fill("#name", "Tiny")
        page.fill("#base_url", server.base_url)
        page.fill("#model", "tiny")
        page.fill("#key", KEY)
        page.press("#key", "Enter")
        page.wait_for_selector("#test:has-text('not tested')")
        page.evaluate("window.stays = true")
        page.click("#test button")
        page.wait_for_selector("#test:has-text('Waiting for a worker')")
        endpoints.check(Endpoint.objects.get().pk)
        page.wait_for_selector("#test:has-text('answers')")
    rows = {row.locator("th").inner_text(): row.inner_text() for row in page.locator(".found tr").all()}
    assert "not found" in rows["Replies held to a JSON schema"]
    assert "ignored it" in rows["Replies held to a JSON schema"]
    assert "The same seed gave the same reply" in rows["Seeds"]
    assert page.evaluate("window.stays"), "the page was not loaded anew"
    assert KEY not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"
    page.goto(f"{site}/endpoints/")
    page.wait_for_selector("td:has-text('seed, logprobs, usage, models')")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"
