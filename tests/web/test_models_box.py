"""The box of language models on a scenario's page: tiers, a short form, the forecast."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from simapp.models import Endpoint, ModelForecast, ScenarioVersion
from simapp.runs import model_forecasts
from simapp.scenarios.document import dump_yaml, load_scenario
from simapp.web.scenario_edit import Edit
from tests.runs.thinking import Oracle


@pytest.fixture
def keeper(owner: Any) -> Any:
    owner.user_permissions.add(Permission.objects.get(codename="manage_endpoints"))
    Endpoint.objects.create(
        owner=owner,
        name="served",
        base_url="http://127.0.0.1:9/v1",
        model="tiny",
        price_in=1.0,
        price_out=2.0,
    )
    return get_user_model().objects.get(pk=owner.pk)


def address(scenario: Any) -> str:
    return reverse("scenario", args=[scenario.pk])


def form(scenario: Any, action: str, **more: str) -> dict[str, Any]:
    """What a browser sends that has the newest version open as YAML."""
    document = load_scenario(scenario.versions.order_by("-number").first().document)
    return {"tab": "yaml", "yaml": dump_yaml(document), "action": action, "run-seed": "5", **more}


def tier(**more: str) -> dict[str, str]:
    typed = {
        "endpoint": "served",
        "amount": "5",
        "unit": "users",
        "tokens": "1000000",
        "money": "",
        "then": "pause",
    }
    return {f"tier-{name}": text for name, text in {**typed, **more}.items()}


def newest(scenario: Any) -> ScenarioVersion:
    return scenario.versions.order_by("-number").first()


def test_a_tier_is_added_as_a_new_version_with_its_limits(
    keeper: Any, scenario: Any, browser_of: Any
) -> None:
    answer = browser_of(keeper).post(address(scenario), form(scenario, "add_tier", **tier()))

    assert answer.status_code == 302, re.findall(r'class="fault">([^<]*)', answer.content.decode())
    version = newest(scenario)
    assert version.number == 2
    models = version.document["minds"]["models"]
    assert [(t["model"], t["who"]) for t in models["tiers"]] == [("served", {"kind": "count", "users": 5})]
    assert models["limits"] == {"tokens": 1_000_000, "money": None, "seconds": None, "then": "pause"}
    page = browser_of(keeper).get(address(scenario)).content.decode()
    assert "5 users" in page
    assert "At most 1\u202f000\u202f000 tokens; then the run pauses." in page


def test_what_else_was_typed_is_saved_with_the_tier(keeper: Any, scenario: Any, browser_of: Any) -> None:
    sent = form(scenario, "add_tier", **tier(unit="percent", amount="2.5"))
    sent["yaml"] = sent["yaml"].replace("Does it render?", "Does it last?")

    browser_of(keeper).post(address(scenario), sent)

    document = newest(scenario).document
    assert document["question"] == "Does it last?"
    assert document["minds"]["models"]["tiers"][0]["who"] == {"kind": "share", "share": 0.025}


def test_in_the_form_view_models_are_one_folded_text_and_come_back_as_they_were(
    keeper: Any, scenario: Any, browser_of: Any
) -> None:
    browser = browser_of(keeper)
    browser.post(address(scenario), form(scenario, "add_tier", **tier()))
    before = newest(scenario).document
    page = browser.get(address(scenario)).content.decode()
    assert '<details class="fold"><summary><b>Models</b>' in page
    texts = Edit.stored(before).texts
    browser.post(address(scenario), {**texts, "tab": "form", "action": "save"})
    assert newest(scenario).document == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount": "many"}, "amount is many"),
        ({"amount": ""}, "amount is empty"),
        ({"amount": "1.5"}, "whole number of users"),
        ({"amount": "0"}, "users is 0"),
        ({"amount": "200", "unit": "percent"}, "share is 2"),
        ({"tokens": "1e99"}, "tokens is 1e99"),
        ({"money": "-1"}, "money is -1"),
        ({"money": "nan"}, "money is nan"),
        ({"endpoint": ""}, "endpoint is empty"),
        ({"endpoint": "<b>x</b>\x00"}, "it must be"),
        ({"unit": "planets"}, "load the page again"),
    ],
)
def test_a_tier_that_cannot_be_says_why_and_keeps_what_was_typed(
    typed: dict[str, str], said: str, keeper: Any, scenario: Any, browser_of: Any
) -> None:
    answer = browser_of(keeper).post(address(scenario), form(scenario, "add_tier", **tier(**typed)))

    page = answer.content.decode()
    assert answer.status_code == 422
    box = page[page.index('id="models-box"') : page.index('id="people-box"')]
    assert said in box, re.findall(r'class="fault">([^<]*)', box)
    assert "<b>x</b>" not in page
    assert newest(scenario).number == 1
    assert 'id="run-seed" name="run-seed" value="5"' in page
    for name in ("tokens", "money", "amount"):
        if name in typed:
            assert f'name="tier-{name}" value="{typed[name]}"' in box


def test_removing_the_last_tier_leaves_everybody_to_rules_and_keeps_the_rest(
    keeper: Any, scenario: Any, browser_of: Any
) -> None:
    browser = browser_of(keeper)
    browser.post(address(scenario), form(scenario, "add_tier", **tier()))

    browser.post(address(scenario), form(scenario, "remove_tier:0", **tier()))

    models = newest(scenario).document["minds"]["models"]
    assert models["tiers"] == []
    assert models["limits"]["tokens"] == 1_000_000
    assert "Everybody decides by rules" in browser.get(address(scenario)).content.decode()
    answer = browser.post(address(scenario), form(scenario, "remove_tier:9", **tier()))
    assert (answer.status_code, "no such tier" in answer.content.decode()) == (422, True)


def test_the_cost_of_a_forecast_is_said_before_it_is_asked_for(
    keeper: Any, scenario: Any, browser_of: Any
) -> None:
    browser = browser_of(keeper)
    assert "Forecast with 20 calls" not in browser.get(address(scenario)).content.decode()
    browser.post(address(scenario), form(scenario, "add_tier", **tier()))

    page = browser.get(address(scenario)).content.decode()

    assert re.search(
        r"Asks 20 questions: about 23.200 tokens, never more than [\d\u202f]+ and 0\.\d+ of money", page
    )
    assert not ModelForecast.objects.exists()


def test_a_forecast_is_waited_for_and_shown(keeper: Any, scenario: Any, browser_of: Any) -> None:
    browser = browser_of(keeper)
    browser.post(address(scenario), form(scenario, "add_tier", **tier(tokens="5000")))
    assert browser.post(address(scenario), form(scenario, "forecast")).status_code == 302
    row = ModelForecast.objects.get()
    part = reverse("model-forecast", args=[scenario.pk])
    assert 'hx-trigger="every 1s"' in browser.get(part).content.decode()

    model_forecasts.make(row.pk, model_of=lambda *_: Oracle())

    for page in (browser.get(part).content.decode(), browser.get(address(scenario)).content.decode()):
        assert "every 1s" not in page
        assert "tokens in" in page
        assert "limit of 5\u202f000 tokens" in page
        assert "From 20 questions" in page
    browser.post(address(scenario), form(scenario, "remove_tier:0"))
    assert "This is of version 2; the scenario has changed since." in browser.get(part).content.decode()


def test_forecasts_of_others_are_not_there(
    keeper: Any, scenario: Any, browser_of: Any, stranger: Any
) -> None:
    browser_of(keeper).post(address(scenario), form(scenario, "add_tier", **tier()))
    model_forecasts.ask(version=newest(scenario), member=keeper)

    part = reverse("model-forecast", args=[scenario.pk])

    assert browser_of(stranger).get(part).status_code == 404


def test_who_has_no_endpoint_is_led_to_the_page_that_adds_one(
    owner: Any, scenario: Any, browser: Any
) -> None:
    assert (
        reverse("new-endpoint")
        not in browser.get(address(scenario)).content.decode().split("Language models</h2>")[1]
    )
    owner.user_permissions.add(Permission.objects.get(codename="manage_endpoints"))
    page = browser.get(address(scenario)).content.decode().split("Language models</h2>")[1]
    assert reverse("new-endpoint") in page


def test_a_tier_whose_endpoint_is_gone_says_so(keeper: Any, scenario: Any, browser_of: Any) -> None:
    browser = browser_of(keeper)
    browser.post(address(scenario), form(scenario, "add_tier", **tier()))
    Endpoint.objects.all().delete()
    assert "You have no endpoint served." in browser.get(address(scenario)).content.decode()
