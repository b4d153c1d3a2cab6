"""Scenarios in the browser: gallery, form, YAML, launch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from simapp.models import Run, Scenario
from simapp.runs import services
from simapp.scenarios.document import as_dict, load_scenario
from simapp.web.scenario_texts import write

if TYPE_CHECKING:
    from django.test import Client

HOSTILE = "<img src=x onerror=alert(1)>&\"'\u202e"


def _page(scenario: Any) -> str:
    return reverse("scenario", args=[scenario.pk])


def _form(scenario: Any, **changed: Any) -> dict[str, Any]:
    document = scenario.versions.order_by("-number").first().document
    return {**write(document), "tab": "form", "run-seed": "7", **changed}


def _document(scenario: Any) -> dict[str, Any]:
    return scenario.versions.order_by("-number").first().document


def test_saving_the_form_untouched_makes_no_new_version(browser: Client, scenario: Any) -> None:
    answer = browser.post(_page(scenario), _form(scenario, action="save"), follow=True)
    assert "Nothing had changed." in answer.content.decode()
    assert scenario.versions.count() == 1


def test_what_the_page_itself_holds_is_the_document(browser: Client, scenario: Any) -> None:
    page = browser.get(_page(scenario))
    held: dict[str, list[str]] = {}
    for section in page.context["sections"]:
        _collect(section, held)
    browser.post(_page(scenario), {**held, "tab": "form", "action": "save"})
    assert scenario.versions.count() == 1


def test_a_change_in_the_form_becomes_a_version(browser: Client, scenario: Any) -> None:
    form = _form(scenario, action="save", **{"population.users": "55", "minds@": "ignored"})
    answer = browser.post(_page(scenario), form, follow=True)
    assert "Saved as version 2." in answer.content.decode()
    assert _document(scenario)["population"]["users"] == 55


def test_zero_users_are_refused_in_one_sentence_beside_the_field_and_counted(
    browser: Client, scenario: Any
) -> None:
    answer = browser.post(_page(scenario), _form(scenario, action="save", **{"population.users": "0"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("population.users is 0; it must be a whole number from 1 to 1000000.") == 2
    assert "1 fault in the document. Nothing was saved." in page
    assert scenario.versions.count() == 1


def test_what_was_typed_is_still_there_after_a_refusal(browser: Client, scenario: Any) -> None:
    typed = {
        "population.users": "lots of",
        "question": HOSTILE.replace("\u202e", ""),
        "run-seed": "99",
        "run-title": "mine",
    }
    page = browser.post(_page(scenario), _form(scenario, action="launch", **typed)).content.decode()
    assert 'value="lots of"' in page
    assert "&lt;img src=x" in page
    assert 'value="99"' in page
    assert 'value="mine"' in page


def test_an_unknown_field_is_named_and_the_nearest_known_one_suggested(
    browser: Client, scenario: Any
) -> None:
    text = "title: A\npopulation: {user: 30}\n"
    answer = browser.post(_page(scenario), {"tab": "yaml", "yaml": text, "action": "save"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "population.user is not a known field; did you mean population.users?" in page
    assert text in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The scenario is empty"),
        ("title: [", "not valid YAML"),
        ("- a\n- b", "it must be a group of fields"),
        ("a: &x [1]\nb: *x", "anchor or alias"),
        ("title: !!python/object:os.system x", "YAML tag"),
        ("title: A\ntitle: B", "appears twice"),
    ],
)
def test_text_that_is_no_scenario_is_refused_in_a_sentence(
    browser: Client, scenario: Any, text: str, sentence: str
) -> None:
    answer = browser.post(_page(scenario), {"tab": "yaml", "yaml": text, "action": "save"})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert scenario.versions.count() == 1


def test_both_views_edit_the_same_document_without_saving(browser: Client, scenario: Any) -> None:
    page = browser.post(_page(scenario), _form(scenario, action="to_yaml", **{"population.users": "77"}))
    assert page.context["tab"] == "yaml"
    assert "users: 77" in page.context["yaml"]
    back = browser.post(_page(scenario), {"tab": "yaml", "yaml": page.context["yaml"], "action": "to_form"})
    assert back.context["tab"] == "form"
    assert 'name="population.users" value="77"' in back.content.decode()
    assert scenario.versions.count() == 1


def test_a_faulty_form_can_be_seen_as_yaml_but_faulty_yaml_is_not_squeezed_into_a_form(
    browser: Client, scenario: Any
) -> None:
    page = browser.post(_page(scenario), _form(scenario, action="to_yaml", **{"population.users": "many"}))
    assert "users: many" in page.context["yaml"]
    kept = browser.post(_page(scenario), {"tab": "yaml", "yaml": "titel: A", "action": "to_form"})
    assert kept.context["tab"] == "yaml"
    assert kept.context["yaml"] == "titel: A"


def test_a_stored_version_that_todays_format_refuses_is_shown_with_its_faults(
    browser: Client, scenario: Any
) -> None:
    version = scenario.versions.get()
    version.document = {**version.document, "retired_field": 1}
    version.save()
    page = browser.get(_page(scenario)).content.decode()
    assert "retired_field is not a known field" in page
    assert "retired_field: 1" in page
    assert (
        "No copy was made."
        in browser.post(reverse("use-scenario", args=[scenario.pk]), follow=True).content.decode()
    )


def test_hostile_titles_are_text_on_every_page(browser: Client, owner: Any) -> None:
    title = "<script>alert(1)</script>"
    scenario = services.create_scenario(owner=owner, document=load_scenario({"title": title})).scenario
    run = services.create_run(owner=owner, version=scenario.versions.get(), seed=1)
    for path in ("/scenarios/", _page(scenario), f"{_page(scenario)}?tab=yaml", "/runs/", f"/runs/{run.pk}/"):
        page = browser.get(path).content.decode()
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;alert(1)" in page, path


def test_launching_saves_first_and_runs_what_was_typed(browser: Client, scenario: Any) -> None:
    form = _form(
        scenario,
        action="launch",
        **{"population.users": "60", "run-seed": "42", "run-steps": "3", "run-pace": "2"},
    )
    answer = browser.post(_page(scenario), form)
    run = Run.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert (run.seed, run.steps, run.pace, run.users, run.status) == (42, 3, 2.0, 60, "queued")
    assert run.scenario_version.number == 2


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("run-seed", "-1", "seed is -1; it must be a whole number from 0"),
        ("run-seed", "", "seed is empty; it must be"),
        ("run-seed", "9" * 19, "seed is 9999"),
        ("run-seed", "٣", "it must be a whole number"),
        ("run-steps", "0", "steps is 0; it must be a whole number from 1 to 100000."),
        ("run-steps", "1e3", "steps is 1e3"),
        ("run-pace", "7", "speed is &#x27;7&#x27;; it must be one of"),
    ],
)
def test_a_wrong_launch_box_is_refused_in_a_sentence(
    browser: Client, scenario: Any, field: str, typed: str, sentence: str
) -> None:
    answer = browser.post(_page(scenario), _form(scenario, action="launch", **{field: typed}))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Run.objects.exists()


def test_faults_of_the_document_do_not_hide_those_of_the_launch_box(browser: Client, scenario: Any) -> None:
    typed = _form(scenario, action="launch", **{"population.users": "0", "run-seed": "x"})
    page = browser.post(_page(scenario), typed).content.decode()
    assert "population.users is 0" in page
    assert 'id="run-seed-fault"' in page


def test_the_gallery_is_read_only_and_a_copy_is_ones_own(browser: Client, owner: Any) -> None:
    services.load_gallery()
    original = Scenario.objects.get(slug="rumour", gallery=True)
    browser.post(_page(original), {"tab": "yaml", "yaml": "title: Mine", "action": "save"})
    assert original.versions.count() == 1
    copy = browser.post(reverse("use-scenario", args=[original.pk]))
    mine = Scenario.objects.get(owner=owner)
    assert copy["Location"] == _page(mine)
    assert _document(mine) == _document(original)
    assert not mine.gallery


def test_gallery_cards_show_question_source_and_outcome(browser: Client) -> None:
    services.load_gallery()
    page = browser.get("/scenarios/").content.decode()
    for word in (
        "Do people drift into two camps",
        "Muchnik, Aral",
        "Expected",
        "What we measured",
    ):
        assert word in page


def test_a_new_scenario_has_every_setting_at_its_default(browser: Client, owner: Any) -> None:
    browser.post(reverse("new-scenario"))
    made = Scenario.objects.get(owner=owner)
    assert _document(made) == as_dict(load_scenario({"title": "Untitled scenario"}))


def test_the_schema_is_json_schema(browser: Client) -> None:
    answer = browser.get("/scenarios/schema.json")
    assert json.loads(answer.content)["$schema"].endswith("2020-12/schema")
    assert answer["Content-Type"] == "application/schema+json"


def test_the_yaml_file_is_the_document(browser: Client, scenario: Any) -> None:
    answer = browser.get(reverse("scenario-yaml", args=[scenario.pk]))
    assert load_scenario(answer.content) == load_scenario(_document(scenario))
    assert answer["Content-Disposition"] == 'attachment; filename="small-town-v1.yaml"'


def _collect(node: Any, held: dict[str, list[str]]) -> None:
    """Gather what a browser would send of a shown form: ticked boxes and the text of every input."""
    if node.kind == "checks":
        held[node.name] = [option.value for option in node.options if option.chosen]
    elif node.kind == "yes":
        held[node.name] = [node.text] if node.text else []
    elif node.kind not in {"section", "group", "member"} and (node.kind != "people" or node.text):
        held[node.name] = [node.text]
    for part in node.parts:
        _collect(part, held)


def test_what_a_run_will_need_stands_beside_the_launch_button(scenario, browser, monkeypatch) -> None:
    from simapp.runs.forecasts import Free

    page = browser.get(reverse("scenario", args=[scenario.pk])).content.decode()
    assert "A run needs about" in page
    assert "free." not in page
    monkeypatch.setattr("simapp.web.launch_box.free_here", lambda: Free(10**6, 10**6, True, 10**12))
    page = browser.get(reverse("scenario", args=[scenario.pk])).content.decode()
    assert "on disk, 1 MB free." in page
