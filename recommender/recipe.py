"""The declared document of a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Use:
    """One part by its registered name, with its parameters; weight counts for scorers only."""

    part: str
    params: Mapping[str, float] = field(default_factory=dict)
    weight: float = 1.0


# What every feed leaves out, cheapest first.
HOUSE_FILTERS = (Use("comments"), Use("removed"), Use("expired"), Use("own"), Use("seen"), Use("muted"))


@dataclass(frozen=True)
class Recipe:
    """What a feed is made of.

    combine: "sum" = weighted sum of the scorers' features; "product" = their product (weights 1).
    ties: whom a draw between equal scores is for: "post" = the same for everybody, "viewer" = each
    viewer's own.
    """

    name: str
    sources: tuple[Use, ...]
    scorers: tuple[Use, ...]
    filters: tuple[Use, ...] = HOUSE_FILTERS
    rerankers: tuple[Use, ...] = ()
    combine: Literal["sum", "product"] = "sum"
    ties: Literal["post", "viewer"] = "post"

    def document(self) -> dict[str, Any]:
        """Return the recipe as plain data, for a run's record."""
        return asdict(self)
