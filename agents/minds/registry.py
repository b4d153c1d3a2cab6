"""Finds minds by file name; a file is loaded when its mind is asked for."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from agents import minds


def names() -> tuple[str, ...]:
    """Return the names of all minds, sorted, without importing them."""
    found = (module.name for module in pkgutil.iter_modules(minds.__path__))
    return tuple(sorted(name for name in found if name != "registry" and not name.startswith("_")))


def load(name: str) -> Any:
    """Return the class of a mind; an unknown name raises KeyError that lists the known ones."""
    if name not in names():
        msg = f"unknown mind {name!r}; known: {', '.join(names())}"
        raise KeyError(msg)
    return importlib.import_module(f"{minds.__name__}.{name}").Here
