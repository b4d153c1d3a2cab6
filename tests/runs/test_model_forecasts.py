"""What models will take is forecast from twenty questions, and a run that is launched then takes about that."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.asking import ModelAway
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.threads import Workers
from simapp.models import CachedReply, ModelForecast, ModelReply, Run
from simapp.runs import model_forecasts, services, tasks
from simapp.runs.reconciler import Reconciler
from simapp.scenarios.document import as_dict, load_scenario
from tests.runs.small import busy, finish, make
from tests.runs.thinking import Away, Oracle, answered, endpoint, models

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["answered"]

Answered = Callable[[Any], None]


def thinking(*tiers: dict[str, Any], **more: Any) -> Any:
    raw = as_dict(busy("rumour", "population.users=400", "clock.minutes_per_step=60", "clock.steps=12"))
    raw["minds"]["models"] = models(*(tiers or (endpoint(60),)), **more)
    return load_scenario(raw)


def forecast(document: Any, model: Any, member: Any = None) -> ModelForecast:
    made = model_forecasts.ask(version=services.command_line_version(document=document), member=member)
    return model_forecasts.make(made.pk, workers=Workers(1), model_of=lambda _, tier, name: _one(model, name))


def _one(model: Any, name: str) -> Any:
    return model[name] if isinstance(model, dict) else model


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    told: list[Any] = []
    monkeypatch.setattr(tasks.forecast_models, "apply_async", lambda key, **_: told.append(key[0]))
    return told


class Wordy(Oracle):
    """Takes as many tokens as a question has."""

    def _reply(self, question: Any) -> Any:
        self.tokens = question.tokens
        return super()._reply(question)


@pytest.mark.parametrize("seed", [3, 7, 11])
def test_the_interval_covers_what_a_run_then_spends(seed: int, answered: Answered) -> None:
    found = forecast(thinking(), Wordy()).found["totals"]
    answered(Wordy())

    run = finish(make(thinking(), seed=seed))

    said = ModelReply.objects.filter(run_id=run.rows)
    spent = {
        "decisions": said.count(),
        "tokens": sum(r.tokens_in + r.tokens_out for r in said),
        "money": sum(r.cost for r in said),
    }
    for name, took in spent.items():
        low, about, high = found[name]
        assert low <= took <= high, name
        assert 0.5 * about < took < 1.5 * about, name
        assert high < 2 * low, name


def test_twenty_questions_are_asked_and_their_replies_kept_for_whoever_asks_the_same() -> None:
    oracle = Oracle()

    first = forecast(thinking(), oracle)

    assert first.status == "done", first.error
    assert len(oracle.asked) == first.found["asked"] == 20
    assert CachedReply.objects.count() == 20
    again = forecast(thinking(), oracle)
    unread = CachedReply.objects.filter(outcome="abstained").count()
    assert again.found["known"] == 20 - unread
    assert len(oracle.asked) == 20 + unread
    assert not Run.objects.exists()


def test_questions_are_spread_over_all_tiers_and_groups_are_counted_by_their_cells() -> None:
    archetype = {
        "tier": "archetype", "asks": "endpoint", "model": "groups", "by": ["camp"], "samples": 2, "refresh": 5,
        "who": {"kind": "share", "share": 0.5}, "check": 0.1,
    }  # fmt: skip
    top = {"tier": "endpoint", "model": "top", "who": {"kind": "top", "share": 0.05}}
    document = thinking(endpoint(30), archetype, top)

    lines = {
        (line["model"], line["kind"]): line
        for line in forecast(document, {name: Oracle() for name in ("oracle", "groups", "top")}).found[
            "lines"
        ]
    }

    assert set(lines) == {
        ("oracle", "decisions"), ("groups", "groups"), ("groups", "checks"), ("top", "decisions"),
    }  # fmt: skip
    assert all(line["asked"] == 5 for line in lines.values())
    # Two camps, 17 contexts, 2 samples; asked in steps 1, 6 and 11.
    assert lines["groups", "groups"]["decisions"] == [204, 204, 204]
    assert 0 < lines["groups", "checks"]["decisions"][1] < 0.15 * 200 * 12


def test_a_model_that_cannot_be_asked_says_why_and_hides_no_other() -> None:
    document = thinking(endpoint(30), endpoint(30, "away"))

    made = forecast(document, {"oracle": Oracle(), "away": Away()})

    assert made.status == "done"
    good, bad = made.found["lines"]
    assert (bad["problem"], bad["asked"]) == ("the server does not answer", 0)
    assert (good["problem"], good["asked"]) == ("", 10)
    assert made.found["totals"]["tokens"][1] > 0


def test_a_limit_says_after_which_step_it_will_be_reached() -> None:
    document = thinking(limits={"tokens": 20_000, "money": 1e6, "then": "pause"})

    tokens, money = forecast(document, Oracle()).found["limits"]

    early, about, late = tokens["at"]
    assert 1 <= early <= about <= late <= 12
    assert (tokens["limit"], tokens["then"]) == (20_000, "pause")
    assert money["at"] == [None, None, None]


def test_a_forecast_never_takes_more_than_it_says_beforehand() -> None:
    document = thinking()
    prices = {"endpoint/oracle": {"input": 3.0, "output": 15.0, "timeout": 60.0}}
    may = model_forecasts.most(document, prices)

    took = forecast(document, Oracle(tokens=1000)).found["took"]

    assert took["tokens"] <= may.tokens
    assert 0 < may.money < 3


def test_a_large_population_is_forecast_from_a_small_world() -> None:
    raw = as_dict(thinking())
    raw["population"]["users"] = 300_000
    raw["minds"]["models"]["tiers"][0]["who"] = {"kind": "share", "share": 0.5}

    made = forecast(load_scenario(raw), Oracle())

    assert made.status == "done", made.error
    # At least half are active in an hour: 150,000 users, 12 steps.
    assert made.found["totals"]["decisions"][1] > 100_000


def test_a_forecast_that_is_under_way_is_not_asked_for_twice_and_a_lost_one_is_sent_again(
    sent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = services.command_line_version(document=thinking())
    first, second = (model_forecasts.ask(version=version, member=None) for _ in range(2))
    assert (first.pk, len(sent)) == (second.pk, 1)

    again: list[int] = []
    monkeypatch.setattr("simapp.runs.reconciler.forecast_models.delay", again.append)
    ModelForecast.objects.update(created="2026-01-01T00:00Z")
    reconciler = Reconciler(send=lambda _: None)
    reconciler.round()
    reconciler.round()
    assert again == [first.pk]


def test_a_scenario_without_models_has_nothing_to_forecast() -> None:
    with pytest.raises(WrongInput, match="nothing to forecast"):
        model_forecasts.ask(version=services.command_line_version(document=busy()), member=None)


def test_the_memory_of_a_local_model_is_that_of_its_weights(settings: Any, tmp_path: Path) -> None:
    settings.SOCIARIUM_MODELS = str(tmp_path)
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "model.safetensors").write_bytes(b"x" * 1234)
    local = {"tier": "local", "model": "tiny", "who": {"kind": "count", "users": 20}}

    made = forecast(thinking(local), Oracle())

    assert made.found["memory"] == [{"model": "tiny", "bytes": 1234}]
    assert json.dumps(made.found)


def test_a_model_that_is_lost_in_the_middle_of_a_forecast_leaves_a_sentence_not_a_trace() -> None:
    class Broken(Oracle):
        def answer(self, questions: Any, sampling: Any) -> Any:
            raise RuntimeError("secret")

    made = forecast(thinking(), Broken())

    assert made.status == "done"
    assert made.found["lines"][0]["problem"] == "the questions failed (RuntimeError)"
    assert "secret" not in json.dumps(made.found)
    with pytest.raises(ModelAway):
        Away().answer([], None)  # type: ignore[arg-type]
