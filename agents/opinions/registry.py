"""Finds opinion models by file name; a file is loaded when its model is asked for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

from agents import opinions
from agents.opinions.base import OpinionModel


def names() -> tuple[str, ...]:
    """Return the names of all opinion models, sorted, without importing them."""
    found = (module.name for module in pkgutil.iter_modules(opinions.__path__))
    return tuple(
        sorted(name for name in found if name not in {"base", "registry"} and not name.startswith("_"))
    )


def load(name: str) -> type[OpinionModel]:
    """Return the class of a model; an unknown name raises KeyError that lists the known ones."""
    if name not in names():
        msg = f"unknown opinion model {name!r}; known: {', '.join(names())}"
        raise KeyError(msg)
    model: type[OpinionModel] = importlib.import_module(f"{opinions.__name__}.{name}").Here
    return model


def build(kind: str, settings: Mapping[str, Any]) -> OpinionModel | None:
    """Return the model that a scenario's `minds.opinion` names with its settings; None for `none`."""
    return None if kind == "none" else load(kind).of(settings)


def shown_by(kind: str) -> dict[str, Any]:
    """Return how a world shows the opinions of a kind: its `opinion_scale` and `opinion_range`."""
    if kind == "none":
        return {"opinion_scale": 0.0, "opinion_range": (-1.0, 1.0)}
    model = load(kind)
    return {"opinion_scale": model.scale, "opinion_range": model.span}
