"""Finds parts and presets by file name: a folder is scanned without importing what lies in it.

Outside packages join by the entry-point group `simapp.recommenders`; an entry is called KIND.NAME (say
`scorers.novelty`) and names the class.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from simapp.engine.core.errors import WrongInput

KINDS = ("sources", "filters", "scorers", "rerankers", "presets", "suggesters")
ENTRY_POINTS = "simapp.recommenders"
_ROOT = Path(__file__).parent


@cache
def built_in(kind: str) -> tuple[str, ...]:
    """Return the names of a kind (one of KINDS) that lie in its folder, sorted; nothing is imported."""
    if kind not in KINDS:
        msg = f"unknown kind of part {kind!r}; known: {', '.join(KINDS)}"
        raise KeyError(msg)
    found = (m.name for m in pkgutil.iter_modules([str(_ROOT / kind)]))
    return tuple(sorted(name.replace("_", "-") for name in found if not name.startswith("_")))


def outside(kind: str) -> dict[str, EntryPoint]:
    """Return what installed packages add to a kind; a name that is taken raises RuntimeError."""
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=ENTRY_POINTS):
        of, _, name = entry.name.partition(".")
        if of not in KINDS or not name:
            msg = f"{ENTRY_POINTS}: {entry.name!r} is not KIND.NAME with a kind of {', '.join(KINDS)}"
            raise RuntimeError(msg)
        if of == kind:
            if name in built_in(kind) or name in found:
                msg = f"two {kind} of feeds are called {name!r}; one is {entry.value}"
                raise RuntimeError(msg)
            found[name] = entry
    return found


def names(kind: str) -> tuple[str, ...]:
    """Return the registered names of a kind, sorted; nothing is imported."""
    return tuple(sorted([*built_in(kind), *outside(kind)]))


def load(kind: str, name: str) -> Any:
    """Return the class of a part or preset; an unknown name raises WrongInput that lists the known ones."""
    if name in built_in(kind):
        here: Any = importlib.import_module(f"recommender.{kind}.{name.replace('-', '_')}").Here
    elif name in outside(kind):
        here = outside(kind)[name].load()
    else:
        msg = f"there is no {name!r} among the {kind} of feeds; known: {', '.join(names(kind))}."
        raise WrongInput(msg)
    if here.name != name:
        msg = f"{name!r} among the {kind} of feeds calls itself {here.name!r}; they must agree"
        raise RuntimeError(msg)
    return here
