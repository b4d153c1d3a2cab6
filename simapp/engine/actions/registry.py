"""Finds actions by file name."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

from simapp.engine import actions
from simapp.engine.actions.base import Action

GROUP = "simapp.actions"
_NOT_ACTIONS = {"base", "registry", "votes", "door"}


@cache
def all_actions() -> dict[str, Action]:
    """Return every action by name, in canonical order (order, then code)."""
    found: list[Action] = []
    for module_info in pkgutil.iter_modules(actions.__path__):
        name = module_info.name
        if name.startswith("_") or name in _NOT_ACTIONS:
            continue
        action = importlib.import_module(f"{actions.__name__}.{name}").Here()
        if action.name != name:
            msg = f"the action in {name}.py calls itself {action.name!r}; file name and name must agree"
            raise RuntimeError(msg)
        found.append(action)
    # Actions of installed packages join by entry point, under the same rules.
    for entry in entry_points(group=GROUP):
        action = entry.load()()
        if action.name != entry.name or action.name in {a.name for a in found}:
            msg = f"the action {entry.name!r} of {entry.value} is called {action.name!r}, or exists already"
            raise RuntimeError(msg)
        found.append(action)
    codes = [a.code for a in found]
    if len(set(codes)) != len(codes):
        msg = f"two actions share a code: {sorted(codes)}"
        raise RuntimeError(msg)
    return {a.name: a for a in sorted(found, key=lambda a: (a.order, a.code))}


def action_named(name: str) -> Action:
    """Return one action; an unknown name raises KeyError that lists the known ones."""
    known = all_actions()
    if name not in known:
        msg = f"unknown action {name!r}; known: {', '.join(known)}"
        raise KeyError(msg)
    return known[name]


def code_of(name: str) -> int:
    """Return the stored code of an action."""
    return action_named(name).code


@cache
def names_by_code() -> dict[int, str]:
    """Return action names by stored code."""
    return {a.code: a.name for a in all_actions().values()}
