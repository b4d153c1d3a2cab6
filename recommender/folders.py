"""Finds parts and presets by file name: a folder is scanned without importing what lies in it."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any

from simapp.engine.core.errors import WrongInput

KINDS = ("sources", "filters", "scorers", "rerankers", "presets")
_ROOT = Path(__file__).parent


def names(kind: str) -> tuple[str, ...]:
    """Return the registered names of a kind (one of KINDS), sorted; nothing is imported."""
    if kind not in KINDS:
        msg = f"unknown kind of part {kind!r}; known: {', '.join(KINDS)}"
        raise KeyError(msg)
    found = (m.name for m in pkgutil.iter_modules([str(_ROOT / kind)]))
    return tuple(sorted(name.replace("_", "-") for name in found if not name.startswith("_")))


def load(kind: str, name: str) -> Any:
    """Return the class `Here` of a file; an unknown name raises WrongInput that lists the known ones."""
    known = names(kind)
    if name not in known:
        msg = f"there is no {name!r} among the {kind} of feeds; known: {', '.join(known)}."
        raise WrongInput(msg)
    here = importlib.import_module(f"recommender.{kind}.{name.replace('-', '_')}").Here
    if here.name != name:
        msg = f"recommender/{kind} holds {name!r}, which calls itself {here.name!r}; they must agree"
        raise RuntimeError(msg)
    return here
