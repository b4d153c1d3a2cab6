"""The history of a scenario, what differs between two, and scenarios as wholes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from simapp.models import Scenario
from simapp.runs import services
from simapp.scenarios.document import load_scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client


def _save(scenario: Any, owner: Any, **changed: Any) -> Any:
    document = {**scenario.versions.order_by("-number").first().document, **changed}
    return services.save_version(scenario=scenario, author=owner, document=load_scenario(document))


@pytest.fixture
def other(owner: Any) -> Any:
    """A second scenario of the owner."""
    document = load_scenario({"title": "Other town", "feed": {"preset": "random"}, "clock": {"steps": 9}})
    return services.create_scenario(owner=owner, document=document).scenario


def test_the_history_says_who_changed_what_and_when(browser: Client, scenario: Any, owner: Any) -> None:
    _save(scenario, owner, clock={"steps": 8}, question="Why?")
    page = browser.get(reverse("scenario-versions", args=[scenario.pk]))
    text = page.content.decode()
    assert "clock.steps 5 → 8" in text
    assert "question Does it render? → Why?" in text
    assert "the first version" in text
    assert owner.get_username() in text
    assert [row.number for row in page.context["rows"]] == [2, 1]


def test_a_long_history_is_paged_and_every_page_knows_what_changed(
    browser: Client, scenario: Any, owner: Any
) -> None:
    for steps in range(10, 35):
        _save(scenario, owner, clock={"steps": steps})
    first = browser.get(reverse("scenario-versions", args=[scenario.pk])).context["rows"]
    last = browser.get(reverse("scenario-versions", args=[scenario.pk]), {"page": "2"}).context["rows"]
    assert len(first) == 20
    assert first[-1].changes["shown"] == ["clock.steps 14 → 15"]
    assert last[-1].changes is None


def test_an_old_version_can_be_read_and_restored_as_the_newest(browser: Client, scenario: Any, owner: Any) -> None:
    first = scenario.versions.get()
    _save(scenario, owner, clock={"steps": 8})
    page = browser.get(reverse("scenario-version", args=[scenario.pk, 1])).content.decode()
    assert "steps: 5" in page
    answer = browser.post(reverse("restore-version", args=[scenario.pk, 1]), follow=True)
    assert "Version 3 is version 1 again." in answer.content.decode()
    newest = scenario.versions.order_by("-number").first()
    assert (newest.number, newest.document, newest.author) == (3, first.document, owner)


def test_a_version_that_todays_format_refuses_is_readable_and_not_restored(
    browser: Client, scenario: Any, owner: Any
) -> None:
    first = scenario.versions.get()
    _save(scenario, owner, clock={"steps": 8})
    first.document = {**first.document, "retired": 1}
    first.save()
    page = browser.get(reverse("scenario-version", args=[scenario.pk, 1])).content.decode()
    assert "retired is not a known field" in page
    answer = browser.post(reverse("restore-version", args=[scenario.pk, 1]), follow=True)
    assert "Version 1 was not restored." in answer.content.decode()
    assert scenario.versions.count() == 2


def test_two_scenarios_show_only_what_differs_in_groups(browser: Client, scenario: Any, other: Any) -> None:
    one, two = scenario.versions.get(), other.versions.get()
    page = browser.get(reverse("scenario-diff"), {"a": one.pk, "b": two.pk})
    groups = {name: [found.path for found in listed] for name, listed in page.context["groups"]}
    assert groups["feed"] == ["feed.preset"]
    assert groups["clock"] == ["clock.steps"]
    assert groups["network"] == ["network"]
    assert "platform" not in groups
    same = browser.get(reverse("scenario-diff"), {"a": one.pk, "b": one.pk})
    assert "Nothing differs" in same.content.decode()


def test_ticked_differences_become_a_version_of_the_other(
    browser: Client, scenario: Any, other: Any, owner: Any
) -> None:
    one, two = scenario.versions.get(), other.versions.get()
    sent = {"a": one.pk, "b": two.pk, "into": "a", "path": ["feed.preset", "clock.steps"]}
    answer = browser.post(reverse("apply-difference"), sent, follow=True)
    assert "Taken over; this is version 2." in answer.content.decode()
    document = scenario.versions.order_by("-number").first().document
    assert (document["feed"]["preset"], document["clock"]["steps"]) == ("random", 9)
    assert document["network"]["kind"] == "watts_strogatz"
    assert other.versions.count() == 1


@pytest.mark.parametrize("paths", [[], ["nowhere.at.all"], ["population.users.deep"]])
def test_differences_that_cannot_be_taken_over_change_nothing(
    browser: Client, scenario: Any, other: Any, paths: list[str]
) -> None:
    sent = {"a": scenario.versions.get().pk, "b": other.versions.get().pk, "into": "b", "path": paths}
    answer = browser.post(reverse("apply-difference"), sent, follow=True)
    assert "Nothing was changed." in answer.content.decode()
    assert other.versions.count() == 1


def test_what_does_not_fit_together_is_not_taken_over(browser: Client, owner: Any, scenario: Any) -> None:
    dense = load_scenario({"title": "Dense", "network": {"kind": "watts_strogatz", "mean_followees": 300.0}})
    source = services.create_scenario(owner=owner, document=dense)
    sent = {"a": scenario.versions.get().pk, "b": source.pk, "into": "a", "path": ["network.mean_followees"]}
    answer = browser.post(reverse("apply-difference"), sent, follow=True)
    assert "network.mean_followees is 300.0; it must be at most 39" in answer.content.decode()
    assert scenario.versions.count() == 1


def test_the_gallery_can_be_compared_and_is_never_changed(browser: Client, scenario: Any) -> None:
    services.load_gallery()
    gallery = Scenario.objects.get(slug="rumour", gallery=True)
    one, two = scenario.versions.get(), gallery.versions.get()
    assert browser.get(reverse("scenario-diff"), {"a": one.pk, "b": two.pk}).status_code == 200
    sent = {"a": one.pk, "b": two.pk, "into": "b", "path": ["clock.steps"]}
    assert browser.post(reverse("apply-difference"), sent).status_code == 404
    assert browser.post(reverse("restore-version", args=[gallery.pk, 1])).status_code == 403
    assert gallery.versions.count() == 1


def test_nothing_of_another_members_scenarios_can_be_seen_or_changed(
    browser_of: Callable[[Any], Client], stranger: Any, scenario: Any
) -> None:
    visitor, one = browser_of(stranger), scenario.versions.get()
    mine = services.create_scenario(owner=stranger, document=load_scenario({"title": "Mine"}))
    for name, arguments in (
        ("scenario-versions", [scenario.pk]), ("scenario-version", [scenario.pk, 1]), ("people-columns", [scenario.pk]),
        ("people-skipped", [scenario.pk]),
    ):  # fmt: skip
        assert visitor.get(reverse(name, args=arguments)).status_code == 404, name
    for name in ("scenario-check", "scenario-preview", "rename-scenario", "archive-scenario", "unarchive-scenario"):
        assert visitor.post(reverse(name, args=[scenario.pk]), {"title": "x"}).status_code == 404, name
    assert visitor.post(reverse("restore-version", args=[scenario.pk, 1])).status_code == 404
    assert visitor.get(reverse("scenario-diff"), {"a": mine.pk, "b": one.pk}).status_code == 404
    sent = {"a": mine.pk, "b": one.pk, "into": "a", "path": ["title"]}
    assert visitor.post(reverse("apply-difference"), sent).status_code == 404
    assert "Small town" not in visitor.get(reverse("scenario-diff")).content.decode()
    scenario.refresh_from_db()
    assert not scenario.archived


def test_saving_over_a_version_that_came_meanwhile_is_said(browser: Client, scenario: Any, owner: Any) -> None:
    from simapp.web.scenario_texts import write

    form = {**write(scenario.versions.get().document), "tab": "form", "base": "1", "action": "save"}
    _save(scenario, owner, clock={"steps": 8})
    answer = browser.post(reverse("scenario", args=[scenario.pk]), {**form, "question": "Mine?"}, follow=True)
    assert "Version 2 was saved by" in answer.content.decode()
    assert scenario.versions.order_by("-number").first().document["clock"]["steps"] == 5
    form["base"] = "3"
    answer = browser.post(reverse("scenario", args=[scenario.pk]), {**form, "question": "Again?"}, follow=True)
    assert "meanwhile" not in answer.content.decode()


def test_a_duplicate_is_one_click_and_says_that_it_is_one(browser: Client, scenario: Any, owner: Any) -> None:
    browser.post(reverse("use-scenario", args=[scenario.pk]))
    copy = Scenario.objects.filter(owner=owner).exclude(pk=scenario.pk).get()
    assert copy.title == "Small town (copy)"
    assert copy.versions.get().document["population"]["users"] == 40


def test_a_scenario_is_renamed_by_a_version(browser: Client, scenario: Any) -> None:
    browser.post(reverse("rename-scenario", args=[scenario.pk]), {"title": "Big town"})
    scenario.refresh_from_db()
    assert scenario.title == "Big town"
    assert scenario.versions.count() == 2
    answer = browser.post(reverse("rename-scenario", args=[scenario.pk]), {"title": " "}, follow=True)
    assert "It was not renamed. title is" in answer.content.decode()


def test_an_archived_scenario_leaves_the_list_and_comes_back(browser: Client, scenario: Any, run: Any) -> None:
    browser.post(reverse("archive-scenario", args=[scenario.pk]))
    assert "Small town" not in browser.get("/scenarios/").content.decode()
    assert browser.get(reverse("run:page", args=[run.pk])).status_code == 200
    shelf = browser.get(reverse("archived-scenarios")).content.decode()
    assert f'<a href="{reverse("scenario", args=[scenario.pk])}"><bdi>Small town</bdi></a>' in shelf
    assert f'<a href="/runs/?scenario={scenario.pk}">1</a>' in shelf
    browser.post(reverse("unarchive-scenario", args=[scenario.pk]))
    assert 'class="studio"' in browser.get(reverse("scenario", args=[scenario.pk])).content.decode()


def test_the_number_of_runs_of_a_scenario_is_that_of_the_list_it_leads_to(
    browser: Client, scenario: Any, owner: Any, run: Any
) -> None:
    other, gone = (services.create_run(owner=owner, version=run.scenario_version, seed=seed) for seed in (8, 9))
    gone.deleted = gone.created
    gone.save()
    # Another scenario of the same title: a search for the title would find its run too.
    same = services.create_scenario(owner=owner, document=load_scenario(run.scenario_version.document))
    services.create_run(owner=owner, version=same, seed=1)
    address = f"/runs/?scenario={scenario.pk}"
    assert f'<a href="{address}">2</a>' in browser.get("/scenarios/").content.decode()
    assert {row.run.pk for row in browser.get(address).context["rows"]} == {run.pk, other.pk}
