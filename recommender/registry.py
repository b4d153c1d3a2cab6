"""Builds feeds by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recommender import folders
from recommender.custom import CUSTOM, recipe_from
from recommender.parameters import Parameter, checked
from recommender.parts import Encoder, Supplies
from recommender.pipeline import Pipeline
from recommender.recipe import Recipe
from simapp.engine.core.errors import WrongInput


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
    pipeline: Mapping[str, Any] | None = None,
    explore: float | None = None,
) -> Pipeline:
    """Return the feed of a preset.

    params: values by parameter name; missing ones take their default. codes: stored action codes by
    action name, which a feed that learns from actions needs. encoder: None = the packaged MiniLM
    (only loaded by feeds that compare texts). cache: folder for encoded texts, kept between runs. device:
    where vectors are compared, see `Supplies`. pipeline, explore: as in `recipe_of`.
    Raises WrongInput for an unknown preset or parameter and for a value out of range.
    """
    recipe = recipe_of(preset, params, pipeline=pipeline, explore=explore)
    made = Pipeline(recipe, Supplies(dict(codes or {}), encoder, cache, device))
    if made.learns and not codes:
        msg = f"the feed {preset!r} learns from actions: build_feed needs their codes"
        raise ValueError(msg)
    return made


def recipe_of(
    preset: str,
    params: Mapping[str, float] | None = None,
    *,
    pipeline: Mapping[str, Any] | None = None,
    explore: float | None = None,
) -> Recipe:
    """Return the recipe of a preset, or of a `pipeline` document where the preset is "custom".

    explore: share of places for strangers, where the feed has such places and its parameters do not name one. Raises
    WrongInput.
    """
    given = dict(params or {})
    if preset == CUSTOM:
        if pipeline is None or given:
            msg = "feed.preset is custom; that needs feed.pipeline, which holds the parameters of its parts."
            raise WrongInput(msg)
        return recipe_from(pipeline, explore=explore)
    if pipeline is not None:
        msg = f"feed.pipeline goes with the preset custom, not with {preset}."
        raise WrongInput(msg)
    chosen = folders.load("presets", preset)
    if explore is not None and any(p.name == "explore" for p in chosen.parameters):
        given.setdefault("explore", explore)
    made: Recipe = chosen.recipe(checked(f"the feed {preset}", chosen.parameters, given))
    return made
