"""`bench decide --tier local` decides with a real model and says what that cost."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from simapp.engine.core.errors import WrongInput


def bench(**options: object) -> dict:
    out = io.StringIO()
    call_command("bench", "decide", json=True, stdout=out, **({"tier": "local"} | options))
    return json.loads(out.getvalue().splitlines()[-1])


def test_a_small_benchmark_states_cost_and_ceiling() -> None:
    found = bench(users=6, threads=1)
    assert (found["tier"], found["config"], found["users"]) == ("local", "tiny", 6)
    assert (found["model_calls"], found["abstained"]) == (6, 0)
    assert found["tokens_in"] > found["tokens_unshared"] > found["tokens_out"] > 0
    assert found["decisions_per_second"] == pytest.approx(6 / found["wall_seconds"], rel=0.02)
    assert found["cpu_ms_per_decision"] > 0
    reading = found["prefill"]
    assert 0 < reading["share_of_peak"] < 1
    assert reading["share_of_peak"] == pytest.approx(reading["tflops"] / reading["peak_tflops"], rel=0.05)
    assert 0 <= reading["padding_share"] < 1


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"config": "gpt-9"}, "--config"),
        ({"device": "tpu"}, "--device"),
        ({"tier": "oracle"}, "--tier"),
        ({"users": 0}, "--users"),
    ],
)
def test_what_cannot_be_measured_is_refused_by_name(options: dict, named: str) -> None:
    with pytest.raises(WrongInput, match=named):
        bench(**options)


def test_named_architectures_have_their_published_sizes() -> None:
    import torch
    from transformers import AutoModelForCausalLM

    from agents.inference.local.configs import build_config

    for name, parameters in (("qwen3-0.6b", 596_049_920), ("llama3-8b", 8_030_261_248)):
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(build_config(name))
        assert sum(weight.numel() for weight in model.parameters()) == parameters
