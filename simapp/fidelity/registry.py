"""Finds checks by file name."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from simapp.engine.core.errors import WrongInput
from simapp.fidelity import checks
from simapp.fidelity.base import Check


@cache
def all_checks() -> dict[str, Check]:
    """Return every check by name, in the suite's order."""
    found = {
        module.name: importlib.import_module(f"{checks.__name__}.{module.name}").Here()
        for module in pkgutil.iter_modules(checks.__path__)
        if not module.name.startswith("_")
    }
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))


def chosen(only: list[str]) -> dict[str, Check]:
    """Return the checks of these names, all of them where none is named; WrongInput names an unknown one."""
    known = all_checks()
    for name in only:
        if name not in known:
            msg = f"There is no check {name[:60]!r}; known: {', '.join(known)}."
            raise WrongInput(msg)
    return {name: check for name, check in known.items() if not only or name in only}
