"""Builds feeds by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recommender import folders
from recommender.parameters import Parameter, checked
from recommender.parts import Encoder, Supplies
from recommender.pipeline import Pipeline


def preset_names() -> tuple[str, ...]:
    """Return the names of all presets, sorted."""
    return folders.names("presets")


def preset_parameters(preset: str) -> tuple[Parameter, ...]:
    """Return what can be set on a preset; an unknown name raises WrongInput."""
    parameters: tuple[Parameter, ...] = folders.load("presets", preset).parameters
    return parameters


def catalogue() -> list[dict[str, Any]]:
    """Return name, label, help, source and parameters of every preset, for pages and commands."""
    presets = [folders.load("presets", name) for name in preset_names()]
    return [
        {"name": p.name, "label": p.label, "help": p.help, "source": p.source, "parameters": p.parameters}
        for p in presets
    ]


def build_feed(
    preset: str,
    params: Mapping[str, float] | None = None,
    *,
    codes: Mapping[str, int] | None = None,
    encoder: Encoder | None = None,
    cache: Path | None = None,
    device: str | None = None,
) -> Pipeline:
    """Return the feed of a preset.

    params: values by parameter name; missing ones take their default. codes: stored action codes by
    action name, which a feed that learns from actions needs. encoder: None = the packaged MiniLM
    (only loaded by feeds that compare texts). cache: folder for encoded texts, kept between runs. device:
    where vectors are compared, see `Supplies`.
    Raises WrongInput for an unknown preset or parameter and for a value out of range.
    """
    chosen = folders.load("presets", preset)
    values = checked(f"the feed {preset}", chosen.parameters, params or {})
    if chosen.learns and not codes:
        msg = f"the feed {preset!r} learns from actions: build_feed needs their codes"
        raise ValueError(msg)
    return Pipeline(chosen.recipe(values), Supplies(dict(codes or {}), encoder, cache, device))
