"""Who answers interviews, found by file name: one file for each tier that can be asked."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from agents import probes
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World

Handles = Callable[[Sequence[int]], dict[int, str]]


class Interviewer(Protocol):
    """Answers for users. `tier` is one of batches.TIERS: what kind of mind spoke.

    That of the rules is made with `handles`, which says what users are called, by user id; that of a model with who
    asks the model (see `agents.probes._model`).
    """

    tier: str

    def ask(self, world: World, users: NDArray[np.int32], prompt: str, streams: Streams) -> list[str]:
        """Return the answer of each user int32[A] to the prompt.

        The same world, users, prompt and seed give the same answers. Implementations read the world and never
        change it; whoever calls hands them a clone all the same.
        """
        ...


def names() -> tuple[str, ...]:
    """Return the names of all interviewers, sorted, without importing them."""
    found = (module.name for module in pkgutil.iter_modules(probes.__path__))
    return tuple(sorted(name for name in found if name != "registry" and not name.startswith("_")))


def load(name: str) -> Any:
    """Return the class of an interviewer; an unknown name raises KeyError that lists the known ones."""
    if name not in names():
        msg = f"unknown interviewer {name!r}; known: {', '.join(names())}"
        raise KeyError(msg)
    return importlib.import_module(f"{probes.__name__}.{name}").Here
