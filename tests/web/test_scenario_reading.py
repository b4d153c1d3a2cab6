"""A scenario that somebody may only read: text instead of fields, and nothing offered that would be refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from simapp.models import Membership, Project, Scenario
from simapp.runs import services
from simapp.scenarios.document import load_scenario
from tests.web.conftest import SMALL


@pytest.fixture
def addresses(scenario: Any, stranger: Any) -> list[str]:
    """The studio in both views, versions and their difference, of a scenario in a project that a stranger joins."""
    project = Project.objects.create(name="Town")
    Scenario.objects.filter(pk=scenario.pk).update(project=project)
    Membership.objects.create(member=stranger, project=project, role="viewer")
    Membership.objects.create(member=scenario.owner, project=project, role="researcher")
    second = load_scenario({**SMALL, "clock": {"steps": 6}})
    services.save_version(scenario=scenario, author=scenario.owner, document=second)
    one, two = scenario.versions.order_by("number")
    found = [f"/scenarios/{scenario.pk}/{path}" for path in ("", "?tab=yaml", "versions/", "versions/1/")]
    return [*found, f"/scenarios/diff/?a={one.pk}&b={two.pk}"]


def posts_of(browser: Any, addresses: list[str]) -> set[str]:
    pages = [browser.get(address).content.decode() for address in addresses]
    found = {action for page in pages for action in re.findall(r'<form method="post" action="([^"]+)"', page)}
    return found - {"/theme/", "/sign-out/"}


@pytest.mark.parametrize("role", ["viewer", "researcher"])
def test_who_may_not_change_it_is_offered_a_copy_at_most(
    browser_of: Any, stranger: Any, scenario: Any, addresses: list[str], role: str
) -> None:
    Membership.objects.filter(member=stranger, role="viewer").update(role=role)
    offered = {f"/scenarios/{scenario.pk}/use/"} if role == "researcher" else set()
    assert posts_of(browser_of(stranger), addresses) == offered


def test_the_studio_of_a_reader_is_text_and_says_so(browser_of: Any, stranger: Any, addresses: list[str]) -> None:
    form, yaml = (browser_of(stranger).get(address).content.decode() for address in addresses[:2])
    before, _, fields = form.partition('<fieldset disabled class="read-fields">')
    assert fields, "every field stands in one that is off"
    # What is left on is the switch that shows more settings.
    assert re.findall(r'<(?:input|select|textarea)(?! type="hidden")[^>]*name="([^"]*)"', before) == ["all-settings"]
    assert "read only" in form
    assert "<textarea" not in yaml
    assert "studio.js" not in form + yaml


def test_its_maker_gets_the_form_and_what_changes_it(browser: Any, scenario: Any, addresses: list[str]) -> None:
    page = browser.get(addresses[0]).content.decode()
    assert "<fieldset disabled" not in page
    expected = {"use", "rename", "archive", "versions/1/restore"}
    posts = posts_of(browser, addresses)
    assert {f"/scenarios/{scenario.pk}/{part}/" for part in expected} | {"/scenarios/diff/apply/"} <= posts


def test_an_archived_scenario_is_read_by_its_maker_who_is_offered_to_take_it_back(
    browser: Any, scenario: Any, addresses: list[str]
) -> None:
    Scenario.objects.filter(pk=scenario.pk).update(archived=True)
    form = browser.get(addresses[0]).content.decode()
    assert "<b>archived</b>" in form
    assert '<fieldset disabled class="read-fields">' in form
    assert "studio.js" not in form
    assert posts_of(browser, addresses) == {f"/scenarios/{scenario.pk}/unarchive/"}
    assert browser.get(reverse("scenario-yaml", args=[scenario.pk])).status_code == 200
    for name in ("", "launch/", "use/", "rename/", "versions/1/restore/"):
        assert browser.post(f"/scenarios/{scenario.pk}/{name}", {"title": "x"}).status_code == 403, name
    assert Scenario.objects.get(pk=scenario.pk).versions.count() == 2


def test_a_reader_of_the_project_reads_it_too_and_nobody_else_does(
    browser_of: Any, stranger: Any, member: Any, scenario: Any, addresses: list[str]
) -> None:
    Scenario.objects.filter(pk=scenario.pk).update(archived=True)
    reader = browser_of(stranger)
    assert "Its maker and the stewards of its project can take it back." in reader.get(addresses[0]).content.decode()
    assert posts_of(reader, addresses) == set()
    assert {browser_of(member).get(address).status_code for address in addresses} == {404}
