"""The panel of language models on a run's page."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from simapp.models import FidelityGap, Run, RunStep
from simapp.runs import services
from tests.live.steps import commit, make_run

TOLD = {
    "models_endpoint": 340, "models_local": 0, "models_archetype": 7000, "models_answered": 328, "models_abstained": 12,
    "models_late": 3, "models_limited": 0, "models_tokens_in": 400_000, "models_tokens_out": 50_000,
    "models_tokens_cached": 100_000, "models_money": 1_250_000, "models_seconds": 90_000, "model_tokens": 4000,
    "model_decisions": 90,
}  # fmt: skip
ENDPOINT = {"tier": "endpoint", "model": "m", "who": {"kind": "count", "users": 5}}
GROUPS = {"tier": "archetype", "asks": "endpoint", "model": "m", "who": {"kind": "count", "users": 5}}
GAP = {
    "group": -1,
    "label": "all groups",
    "visits": 300,
    "js": 0.021,
    "null": 0.008,
    "high": 0.015,
    "p": 0.002,
}
NONE = {"group": 1, "label": "camp: for", "visits": 0, "js": None, "null": None, "high": None, "p": None}


@pytest.fixture
def thinking(owner: Any) -> Run:
    """A run with models that has made ten steps."""
    run = make_run(owner)
    commit(run, range(10))
    return let(run, ENDPOINT, limits={"tokens": 500_000, "money": 5.0, "then": "rules"})


def let(run: Run, *tiers: dict[str, Any], counts: dict[str, int] = TOLD, limits: Any = None) -> Run:
    version = run.scenario_version
    models = {"tiers": list(tiers), "limits": limits or {}}
    version.document = {**version.document, "minds": {**version.document.get("minds", {}), "models": models}}
    version.save()
    RunStep.objects.filter(run_id=run.pk, step=9).update(counts=counts)
    return run


def panel(browser: Any, run: Run, part: str = "models") -> str:
    return browser.get(reverse(f"run:{part}", args=[run.pk])).content.decode()


def test_it_says_who_decided_what_it_took_and_how_far_the_limits_are(thinking: Run, browser: Any) -> None:
    for page in (panel(browser, thinking), panel(browser, thinking, "page")):
        assert "<dt>decided by endpoint</dt><dd>340</dd>" in page
        assert "12 of 340 replies could not be read; those users did nothing." in page
        assert "3 questions were not answered in time; rules decided." in page
        assert "<b>450\u202f000</b>" in page
        assert "of 500\u202f000" in page
        assert 'value="90.0"' in page
        assert "<b>1.25</b>" in page
        assert "25 % of what they read came from the servers' prefix cache." in page.replace("&#x27;", "'")


def test_a_run_of_rules_has_no_panel(owner: Any, browser: Any) -> None:
    run = make_run(owner)
    commit(run, range(3))
    assert "run-models" not in panel(browser, run, "page")
    assert not panel(browser, run).strip()


def test_tokens_per_second_are_said_while_it_runs(thinking: Run, browser: Any) -> None:
    assert "tokens/s" not in panel(browser, thinking)
    Run.objects.filter(pk=thinking.pk).update(status="running", heartbeat={"rate": 0.5})
    page = panel(browser, thinking)
    assert "2\u202f000 tokens/s" in page


def test_a_reached_limit_and_a_pause_for_it_are_said(thinking: Run, browser: Any) -> None:
    let(thinking, ENDPOINT, counts={**TOLD, "models_limited": 41}, limits={"tokens": 450_000})
    assert (
        "The limit of tokens leaves no room for another question: 41 were not asked, and rules decided."
        in panel(browser, thinking)
    )
    waiting = (
        "the limit of 450000 tokens does not allow another question; raise it in a fork, or stop the run"
    )
    Run.objects.filter(pk=thinking.pk).update(status="paused", waiting=waiting)
    assert f"Paused: {waiting}." in panel(browser, thinking)


def test_the_gap_of_groups_is_shown_with_its_chance_and_what_it_means(thinking: Run, browser: Any) -> None:
    let(thinking, ENDPOINT, GROUPS)
    assert "Not measured yet." in panel(browser, thinking)
    FidelityGap.objects.create(
        run=thinking, step=8, gaps=[GAP, {**GAP, "group": 0, "label": "camp: against"}, NONE]
    )

    page = panel(browser, thinking)

    assert (
        "Over 300 visits, what groups draw differs from what their members decide one by one by 0.021" in page
    )
    assert "camp: against" in page
    assert "camp: for" not in page
    assert "0.0080" in page
    assert "As of step 8." in page
    assert "Measure again" in page
    FidelityGap.objects.update(gaps=[{**GAP, "js": 0.009, "p": 0.4}], step=9)
    page = panel(browser, thinking)
    assert "no difference was seen" in page
    assert "Measure again" not in page


def test_a_member_has_it_measured_and_a_stranger_does_not(
    thinking: Run, browser: Any, browser_of: Any, stranger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(services, "quietly", lambda task, key: sent.append(key))
    there = reverse("run:measure", args=[thinking.pk])
    assert browser_of(stranger).post(there).status_code == 404
    assert browser_of(stranger).get(reverse("run:models", args=[thinking.pk])).status_code == 404
    assert browser.get(there).status_code == 405
    assert browser.post(there).status_code == 302
    assert sent == [thinking.pk]


def test_the_panel_costs_few_queries_and_one_more_where_groups_decide(
    thinking: Run, browser: Any, django_assert_max_num_queries: Any
) -> None:
    for tiers, queries in (((ENDPOINT,), 6), ((ENDPOINT, GROUPS), 7)):
        let(thinking, *tiers)
        with django_assert_max_num_queries(queries):
            panel(browser, thinking)
        with django_assert_max_num_queries(queries + 11):
            panel(browser, thinking, "page")


def test_a_run_from_the_reply_cache_says_that_nothing_is_spent(thinking: Run, browser: Any) -> None:
    Run.objects.filter(pk=thinking.pk).update(answers="cache")
    assert "nothing is spent now" in panel(browser, thinking)
