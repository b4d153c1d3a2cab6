"""Lists of a scenario in its form: added to, copied and shortened with buttons alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from simapp.scenarios.document import as_dict, load_scenario
from simapp.web.scenario_plan import FORM_ITEMS
from simapp.web.scenario_texts import read, write

if TYPE_CHECKING:
    from django.test import Client

POST = {"kind": "inject_post", "at": 3, "text": "hello", "topic": "housing"}
SWITCH = {"kind": "switch_feed", "at": 4, "preset": "random"}


def _texts(**fields: Any) -> dict[str, list[str]]:
    return write(as_dict(load_scenario({"title": "t", **fields})))


def _press(browser: Client, scenario: Any, texts: dict[str, Any], action: str) -> Any:
    return browser.post(
        reverse("scenario", args=[scenario.pk]), {**texts, "tab": "form", "run-seed": "1", "action": action}
    )


def _sent_back(page: Any) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}

    def collect(node: Any) -> None:
        if node.kind == "checks":
            held[node.name] = [option.value for option in node.options if option.chosen]
        elif node.kind == "yes":
            held[node.name] = [node.text] if node.text else []
        elif node.kind not in {"section", "group", "member"} and (node.kind != "people" or node.text):
            held[node.name] = [node.text]
        for part in node.parts:
            collect(part)

    for section in page.context["sections"]:
        collect(section)
    return held


def test_an_intervention_is_added_filled_in_and_saved_without_a_script(browser: Client, scenario: Any) -> None:
    texts = {**write(scenario.versions.get().document), "interventions.add": ["switch_feed"]}
    page = _press(browser, scenario, texts, "add:interventions")
    assert page.status_code == 200
    assert scenario.versions.count() == 1
    held = _sent_back(page)
    assert held["interventions.0.kind"] == ["switch_feed"]
    held["interventions.0.at"], held["interventions.0.preset"] = ["3"], ["bridging"]
    saved = _press(browser, scenario, held, "save")
    assert saved.status_code == 302
    document = scenario.versions.order_by("-number").first().document
    assert [(one["kind"], one["at"], one["preset"]) for one in document["interventions"]] == [
        ("switch_feed", 3, "bridging")
    ]


def test_what_a_new_item_lacks_is_a_fault_only_when_it_is_saved(browser: Client, scenario: Any) -> None:
    texts = {**write(scenario.versions.get().document), "interventions.add": ["inject_post"]}
    page = _press(browser, scenario, texts, "add:interventions")
    assert page.context["faults"] == []
    refused = _press(browser, scenario, _sent_back(page), "save")
    assert refused.status_code == 422
    assert [at for at, _ in refused.context["faults"]] == ["f-interventions-0-text"]


def test_removing_one_keeps_the_others_in_order(browser: Client, scenario: Any) -> None:
    texts = _texts(interventions=[POST, SWITCH, {**POST, "text": "again"}])
    held = _sent_back(_press(browser, scenario, texts, "remove:interventions.1"))
    found = load_scenario(read(held)).interventions
    assert [getattr(one, "text", "") for one in found] == ["hello", "again"]


def test_a_copy_stands_after_its_original(browser: Client, scenario: Any) -> None:
    groups = [{"name": "a", "share": 0.1}, {"name": "b", "share": 0.2}]
    held = _sent_back(_press(browser, scenario, _texts(feed={"groups": groups}), "copy:feed.groups.0"))
    assert [held[f"feed.groups.{i}.name"] for i in range(3)] == [["a"], ["a"], ["b"]]


def test_a_list_too_long_for_a_form_is_one_text_and_survives(browser: Client, scenario: Any) -> None:
    document = load_scenario({"title": "t", "interventions": [{**POST, "at": 1 + i} for i in range(FORM_ITEMS + 1)]})
    texts = write(as_dict(document))
    assert "interventions" in texts
    assert load_scenario(read(texts)) == document
    page = _press(browser, scenario, texts, "to_form")
    assert 'name="interventions"' in page.content.decode()


@pytest.mark.parametrize(
    "action",
    ["add:nowhere", "remove:interventions.99", "remove:interventions.-1", "add:interventions.0.x", "copy:feed.groups"],
)
def test_a_button_that_there_is_not_changes_nothing(browser: Client, scenario: Any, action: str) -> None:
    texts = _texts(interventions=[POST])
    page = _press(browser, scenario, texts, action)
    assert page.status_code in {200, 302}
    if page.status_code == 200:
        assert load_scenario(read(_sent_back(page))).interventions[0].kind == "inject_post"


@pytest.mark.parametrize("count", ["-1", "9" * 30, "x", "", "5"])
def test_a_forged_count_of_items_is_answered_in_sentences(browser: Client, scenario: Any, count: str) -> None:
    texts = {**_texts(interventions=[POST]), "interventions.count": [count]}
    answer = _press(browser, scenario, texts, "save")
    assert answer.status_code in {302, 422}


def test_simple_settings_are_a_minority_and_changed_ones_are_never_hidden() -> None:
    from simapp.web.scenario_form import sections

    def leaves(nodes: list[Any]) -> list[Any]:
        return [leaf for node in nodes for leaf in (leaves(node.parts) if node.parts else [node])]

    shown = leaves(sections(_texts(minds={"rates": {"like": 0.5}})))
    hidden = {node.path for node in shown if node.advanced}
    assert len(hidden) > len(shown) / 3
    assert "minds.rates.like" not in hidden
    assert "minds.rates.repost" in hidden
    assert not hidden & {"population.users", "feed.preset", "clock.steps", "network.mean_followees"}
