"""Rules, archetypes, a local model and two real servers in one run, through Celery and Valkey."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from agents.inference.local.tiny import save_tiny
from simapp.models import Endpoint, ModelReply, QuestionBatch, Run
from simapp.runs import services
from simapp.scenarios.document import Scenario, as_dict, load_scenario
from simapp.stack.process import wait_until
from tests.runs.small import busy
from tests.servers.conforming import conforming_server
from tests.servers.transformers_serve import transformers_server
from tests.site import running_site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

STEPS = 4


@pytest.fixture(scope="module")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("models")
    save_tiny(folder / "tiny")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def mixed(*tiers: dict[str, Any]) -> Scenario:
    raw = as_dict(busy("rumour", "population.users=1000", "clock.minutes_per_step=60"))
    raw["minds"]["models"] = {"tiers": list(tiers), "sampling": {"max_tokens": 40}}
    return load_scenario(raw)


def count(users: int) -> dict[str, Any]:
    return {"kind": "count", "users": users}


ALL_TIERS = (
    {"tier": "archetype", "who": count(60), "asks": "local", "model": "tiny", "by": ["camp"], "samples": 2},
    {"tier": "local", "who": count(30), "model": "tiny"},
    {"tier": "endpoint", "who": count(5), "model": "served"},
    {"tier": "endpoint", "who": count(5), "model": "conforming"},
)


def ended(run: Run, seconds: float) -> Run:
    wait_until(lambda: Run.objects.get(pk=run.pk).status in (*services.OVER, "paused"), seconds=seconds)
    run.refresh_from_db()
    return run


@pytest.fixture
def site(
    child_environment: dict[str, str], tmp_path: Path, models_folder: Path
) -> Iterator[tuple[list[str], Path, Path]]:
    """A site that has the model: what it says, its state, and a folder in which kills can be ordered."""
    orders = tmp_path / "orders"
    orders.mkdir()
    more = {"SOCIARIUM_MODELS": str(models_folder), "SOCIARIUM_KILL_ORDERS": str(orders)}
    with running_site(child_environment, tmp_path / "var", **more) as (_, said):
        yield said, tmp_path / "var", orders


# One site for both: what a site costs is mostly its start, and the decision worker's load of torch.
def test_all_tiers_replay_with_every_server_off_and_kills_of_the_decision_worker_change_nothing(
    site: tuple[list[str], Path, Path], models_folder: Path, subtests: pytest.Subtests
) -> None:
    said, state, orders = site
    with subtests.test("a run of all tiers asks real models and replays from the cache with every server off"):
        _all_tiers_replay(said, state, models_folder)
    _forget_cache()
    with subtests.test("kills inside batches change nothing and no decision is applied twice"):
        _kills_change_nothing(said, orders)


def _all_tiers_replay(said: list[str], state: Path, models_folder: Path) -> None:
    with ExitStack() as stack:
        served = stack.enter_context(transformers_server(models_folder / "tiny"))
        conforming = stack.enter_context(conforming_server())
        conforming.then("429 retry-after=0", "503", "garbage", "broken", "close")
        for name, base_url, model in (
            ("served", served, str(models_folder / "tiny")),
            ("conforming", conforming.base_url, "tiny"),
        ):
            Endpoint.objects.create(owner=None, name=name, base_url=base_url, model=model, timeout=60.0)
        version = services.command_line_version(document=mixed(*ALL_TIERS))
        first = ended(services.launch(owner=None, version=version, seed=7, steps=STEPS), 240)
        log = (state / "log" / "decisions.log").read_text()[-3000:]
        assert first.status == "finished", (first.status, first.waiting, first.error, said, log)
    # Both servers are off from here on.
    again = services.launch(owner=None, version=version, seed=7, steps=STEPS, answers="cache")
    again = ended(again, 90)

    assert (again.status, again.digest_hex) == ("finished", first.digest_hex), again.waiting
    assert bytes(again.impressions_digest) == bytes(first.impressions_digest)
    told = list(ModelReply.objects.filter(run_id=first.rows).values_list("user_id", "tier", "model", "outcome"))
    asked = Counter((tier, model) for _, tier, model, _ in told)
    assert set(asked) == {("local", "tiny"), ("endpoint", "served"), ("endpoint", "conforming")}
    assert any(user < 0 for user, *_ in told)
    assert Counter(outcome for _, _, model, outcome in told if model == "conforming")["answered"]
    assert len(told) == ModelReply.objects.filter(run_id=again.rows, cached=True).count()
    assert QuestionBatch.objects.filter(run_id=first.rows, claim__gt=1).count() == 0


def _kills_change_nothing(said: list[str], orders: Path) -> None:
    kills = int(os.environ.get("KILLS", "2"))
    steps = max(STEPS, kills)
    order = ("in a batch", "batch answered", "replies written", "batch kept")
    places = [order[number % len(order)] for number in range(kills)]
    version = services.command_line_version(document=mixed({"tier": "local", "who": count(40), "model": "tiny"}))
    expected = ended(services.launch(owner=None, version=version, seed=7, steps=steps), 120)
    _forget_cache()
    for number, place in enumerate(places):
        (orders / f"{number}.order").write_text(json.dumps({"place": place, "step": 1 + number}))
    run = ended(services.launch(owner=None, version=version, seed=7, steps=steps), 60 + 60 * kills)

    assert expected.status == "finished", (expected.waiting, said)
    assert (run.status, run.digest_hex) == ("finished", expected.digest_hex), (run.waiting, said)
    assert len(list(orders.glob("*.hit"))) == kills
    assert _said(run) == _said(expected)
    batches = QuestionBatch.objects.filter(run_id=run.rows)
    again = sum(claim - 1 for claim in batches.values_list("claim", flat=True))
    print(json.dumps({"kills": kills, "taken_again": again, "late": sum(batches.values_list("late", flat=True))}))
    # Only a worker that died with everything kept leaves nothing to do again.
    assert again == kills - places.count("batch kept")


def _said(run: Run) -> list[tuple[Any, ...]]:
    rows = ModelReply.objects.filter(run_id=run.rows).order_by("step", "user_id")
    return list(rows.values_list("step", "user_id", "text"))


def _forget_cache() -> None:
    from simapp.models import CachedReply

    CachedReply.objects.all().delete()
