"""The benchmark of decisions by a language model: one file per tier, chosen here."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from simapp.engine.core.errors import WrongInput

TIERS = {"local": "simapp.runs.benching_local"}
"""Module by tier; each has `bench(**options) -> dict`."""


def bench_decide(tier: str, **options: Any) -> dict[str, Any]:
    """Return the figures of one tier: at least tier, users, cpu_ms_per_decision, wall_seconds, tokens_in,
    tokens_unshared, tokens_out (means per decision), decisions_per_second and model_calls.
    """
    if tier not in TIERS:
        msg = f"--tier is {tier!r}; it must be one of {', '.join(TIERS)}."
        raise WrongInput(msg)
    figures: dict[str, Any] = import_module(TIERS[tier]).bench(**options)
    return figures
