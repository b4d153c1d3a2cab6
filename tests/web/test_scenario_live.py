"""What the studio says while somebody types."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from simapp.models import ScenarioVersion
from simapp.runs.previews import DRAWN, preview_of
from simapp.scenarios.document import load_scenario
from simapp.web.scenario_texts import write

if TYPE_CHECKING:
    from django.test import Client


def _form(scenario: Any, **changed: Any) -> dict[str, Any]:
    return {**write(scenario.versions.get().document), "tab": "form", "run-seed": "7", **changed}


def _check(browser: Client, scenario: Any, sent: dict[str, Any]) -> list[dict[str, str]]:
    answer = browser.post(reverse("scenario-check", args=[scenario.pk]), sent)
    assert answer.status_code == 200
    return answer.json()["faults"]


def _preview(browser: Client, scenario: Any, **changed: Any) -> Any:
    return browser.post(reverse("scenario-preview", args=[scenario.pk]), _form(scenario, **changed))


@pytest.mark.parametrize(
    ("field", "typed", "at"),
    [
        ("population.users", "0", "f-population-users"),
        ("title", "", "f-title"),
        ("feed.params", "nonsense_weight: 3", "f-feed-params"),
        ("feed.params", "- 1", "f-feed-params"),
        ("metrics", "default, no_such_metric", "f-metrics"),
        ("clock.steps", "٣", "f-clock-steps"),
    ],
)
def test_a_fault_is_said_while_typing_in_the_words_of_saving(
    browser: Client, scenario: Any, field: str, typed: str, at: str
) -> None:
    sent = _form(scenario, **{field: typed})
    faults = _check(browser, scenario, sent)
    assert [fault["at"] for fault in faults] == [at]
    saved = browser.post(reverse("scenario", args=[scenario.pk]), {**sent, "action": "save"})
    assert saved.status_code == 422
    assert [(fault["at"], fault["said"]) for fault in faults] == saved.context["faults"]
    assert ScenarioVersion.objects.count() == 1


def test_what_is_right_has_no_faults_and_nothing_is_saved(browser: Client, scenario: Any) -> None:
    assert _check(browser, scenario, _form(scenario, **{"population.users": "77"})) == []
    assert scenario.versions.count() == 1


def test_a_fault_in_the_text_names_its_line(browser: Client, scenario: Any) -> None:
    text = "title: A\npopulation:\n  users: 0\nfeed: {preset: reddit-hot, params: {wrong: 1}}\n"
    faults = _check(browser, scenario, {"tab": "yaml", "yaml": text})
    assert [fault["said"].partition(":")[0] for fault in faults] == ["Line 3"]
    faults = _check(browser, scenario, {"tab": "yaml", "yaml": text.replace("users: 0", "users: 99")})
    assert faults[0]["said"].startswith("Line 4: feed.params.wrong is not a parameter")


@pytest.mark.parametrize(
    ("place", "document"),
    [
        ("feed.groups.0", {"feed": {"groups": [{"name": "a", "share": 0.5, "preset": "random", "params": {"x": 1}}]}}),
        ("interventions.0", {"interventions": [
            {"kind": "switch_feed", "at": 2, "preset": "custom", "pipeline": {
                "sources": [{"part": "nowhere"}], "scorers": [{"part": "hot"}]}}]}),
    ],
)  # fmt: skip
def test_feeds_that_cannot_be_built_are_refused_where_they_are_saved(
    browser: Client, scenario: Any, place: str, document: dict[str, Any]
) -> None:
    from simapp.runs import services
    from simapp.scenarios.problems import ScenarioInvalid

    with pytest.raises(ScenarioInvalid) as refused:
        services.save_version(scenario=scenario, author=None, document=load_scenario({"title": "t", **document}))
    assert refused.value.problems[0].path.startswith(place)
    assert place in str(refused.value)


def test_a_stored_scenario_whose_feed_is_refused_today_opens_with_its_fault(browser: Client, scenario: Any) -> None:
    version = scenario.versions.get()
    version.document = {**version.document, "feed": {**version.document["feed"], "params": {"gone": 1.0}}}
    version.save()
    page = browser.get(reverse("scenario", args=[scenario.pk]))
    assert page.status_code == 200
    assert page.context["faults"][0][0] == "f-feed-params"


def test_the_preview_draws_everybody_of_a_small_world(browser: Client, scenario: Any) -> None:
    page = _preview(browser, scenario)
    assert page.status_code == 200
    assert len(page.context["dots"]) == 40
    assert [chart.title for chart in page.context["charts"]] == ["Opinions", "Activity", "Followers"]
    assert "all users, their ties" in page.content.decode()
    assert "A run needs about" in page.content.decode()


def test_the_preview_of_a_large_world_says_that_it_is_a_sample(browser: Client, scenario: Any) -> None:
    page = _preview(browser, scenario, **{"population.users": "1000000"}).content.decode()
    assert page.count("<circle") == DRAWN
    assert "sample of 300 of 1\u202f000\u202f000 users" in page


def test_the_preview_shows_what_the_run_will_have(scenario: Any) -> None:
    from simapp.engine.core.streams import Streams
    from simapp.scenarios.population.build import build_population

    document = load_scenario({"title": "t", "population": {"users": 200, "opinions": {"kind": "two_camps"}},
                              "minds": {"opinion": {"kind": "none"}}})  # fmt: skip
    found, real = preview_of(document, 5), build_population(document, Streams(5))
    assert found.picture is not None
    assert found.picture.opinion.tolist() == pytest.approx(real.opinions[:, 0].clip(-1, 1).tolist(), abs=1e-6)
    assert found.most_followed == max(Counter(real.followee.tolist()).values())
    assert found.median_level == pytest.approx(float(sorted(real.level)[99] + sorted(real.level)[100]) / 2)
    other = preview_of(document, 6)
    assert (found.picture.at != other.picture.at).any()


@pytest.mark.parametrize(
    "changed",
    [
        {"network.kind": "none"},
        {"population.users": "1", "network@watts_strogatz.mean_followees": "0"},
        {"population.users": "2", "network@watts_strogatz.mean_followees": "1"},
        {"network.kind": "stochastic_block", "network@stochastic_block.mean_followees": "30",
         "network@stochastic_block.blocks": "0.5, 0.5", "network@stochastic_block.homophily": "1",
         "network@stochastic_block.by": "opinion"},
        {"population.users": "1000000", "network@watts_strogatz.mean_followees": "100"},
        {"run-seed": "9" * 30},
        {"run-seed": "<script>"},
    ],
)  # fmt: skip
def test_the_preview_stands_at_the_edges_of_what_is_accepted(
    browser: Client, scenario: Any, changed: dict[str, str]
) -> None:
    page = _preview(browser, scenario, **changed)
    assert page.status_code == 200
    assert "<circle" in page.content.decode()
    assert "nan" not in page.content.decode()


def test_the_preview_of_a_faulty_document_says_so(browser: Client, scenario: Any) -> None:
    page = _preview(browser, scenario, **{"population.users": "none"})
    assert page.status_code == 422
    assert "Shown when the document has no fault" in page.content.decode()


def test_the_summary_says_who_has_a_feed_of_their_own(browser: Client, scenario: Any) -> None:
    group = {"name": "bridged", "share": 0.25, "preset": "bridging"}
    document = load_scenario({**scenario.versions.get().document, "feed": {"groups": [group]}})
    page = browser.post(
        reverse("scenario-preview", args=[scenario.pk]), {**write(document.model_dump(mode="json")), "tab": "form"}
    )
    assert "bridged (25 %): bridging" in page.content.decode()
