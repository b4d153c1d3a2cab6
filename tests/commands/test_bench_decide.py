"""`bench decide`: what surrounds a model call."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from simapp.engine.core.errors import WrongInput
from simapp.models import Run


def bench(**options: object) -> dict:
    out = io.StringIO()
    call_command("bench", "decide", json=True, stdout=out, **options)
    return json.loads(out.getvalue().splitlines()[-1])


@pytest.mark.django_db(transaction=True)
def test_the_endpoint_tier_says_what_a_decision_costs_beside_the_model() -> None:
    found = bench(tier="endpoint", users=60, steps=2, latency_ms=1.0)
    assert found["decisions"] == found["model_calls"] == 120
    assert 1000 < found["tokens_in"] <= found["tokens_in_most"] <= 1100
    assert 0 < found["tokens_unshared"] <= 750
    assert 0 < found["tokens_out"] <= 24
    assert found["cpu_ms_per_decision"] == pytest.approx(sum(found["stages_us"].values()) / 1e3, rel=0.05)
    assert found["wall_seconds"] > 0
    assert set(found["stages_us"]) == {"route", "prompt", "record", "read", "act", "remember"}
    assert found["http_cpu_ms_per_decision"] > 0
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tier": "psychic"}, "--tier"),
        ({"users": 3}, "--users"),
        ({"latency_ms": -1.0}, "--latency-ms"),
        ({"steps": 0}, "--steps"),
    ],
)
def test_what_cannot_be_measured_is_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(WrongInput, match=words):
        bench(**options)
