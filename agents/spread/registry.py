"""Finds spread models by file name; a file is loaded when its model is asked for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

from agents import spread
from agents.spread.base import SpreadModel


def names() -> tuple[str, ...]:
    """Return the names of all spread models, sorted, without importing them."""
    found = (module.name for module in pkgutil.iter_modules(spread.__path__))
    return tuple(
        sorted(
            name for name in found if name not in {"base", "registry", "widened"} and not name.startswith("_")
        )
    )


def load(name: str) -> type[SpreadModel]:
    """Return the class of a model; an unknown name raises KeyError that lists the known ones."""
    if name not in names():
        msg = f"unknown spread model {name!r}; known: {', '.join(names())}"
        raise KeyError(msg)
    model: type[SpreadModel] = importlib.import_module(f"{spread.__name__}.{name}").Here
    return model


def build(kind: str, settings: Mapping[str, Any]) -> SpreadModel | None:
    """Return the model that a scenario's `minds.spread` names with its settings; None for `feed`: posts spread by
    what the feed shows."""
    return None if kind == "feed" else load(kind)(**settings)
