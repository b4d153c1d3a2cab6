"""Which actions a prompt can offer, and in which words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.cleaning import clean

LONGEST = 160
# What a reply can name; an amount is one.
_NAMEABLE = frozenset({"post", "comment", "user", "text", "group", "product", "amount"})


class ActionLike(Protocol):
    """An action as the engine declares it (simapp.engine.actions.base.Action)."""

    @property
    def name(self) -> str: ...
    @property
    def code(self) -> int: ...
    @property
    def takes(self) -> tuple[str, ...]: ...
    @property
    def writes(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that a prompt can offer; `text` says in short what it does, `takes` what a request names."""

    name: str
    code: int
    text: str
    takes: tuple[str, ...]
    writes: bool


class Offers:
    """The actions of a platform that a reply can name all parts of, by name."""

    def __init__(self, actions: Iterable[ActionLike]) -> None:
        self.by_name: Mapping[str, Offer] = {
            action.name: Offer(
                action.name, action.code, _in_short(action.__doc__ or ""), action.takes, action.writes
            )
            for action in actions
            if _NAMEABLE.issuperset(action.takes)
        }

    def offered(self, allowed: NDArray[np.bool_]) -> tuple[Offer, ...]:
        """Return what rules bool[256] by code offer, in a fixed order; do_nothing is always among them."""
        chosen = [
            offer for offer in self.by_name.values() if allowed[offer.code] or offer.name == "do_nothing"
        ]
        return tuple(sorted(chosen, key=lambda offer: offer.code))


def _in_short(text: str) -> str:
    """Return what a docstring says first: up to its first full stop or colon, on one line."""
    line = " ".join(text.split("\n\n")[0].split())
    return clean(re.split(r"(?<=\.)\s|:\s", line, maxsplit=1)[0].rstrip("."), LONGEST)
