"""Numbers that a preset or a part can be set up with, declared once for form, command line and check."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simapp.engine.core.errors import WrongInput


@dataclass(frozen=True)
class Parameter:
    """One number: accepted from `low` to `high`, both included; `whole` numbers have no fraction."""

    name: str
    label: str
    help: str
    default: float
    low: float
    high: float
    whole: bool = False

    @property
    def accepted(self) -> str:
        """What is accepted, in words."""
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:g} to {self.high:g}"


def checked(owner: str, declared: Sequence[Parameter], given: Mapping[str, float]) -> dict[str, float]:
    """Return a value for every declared parameter, given or default.

    Raises WrongInput, in one sentence, for an unknown name (naming the accepted ones) and for a
    value that is not a number in the declared range.
    """
    by_name = {p.name: p for p in declared}
    for name in given:
        if name not in by_name:
            near = difflib.get_close_matches(str(name), by_name, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            accepted = "; ".join(f"{p.name} ({p.accepted})" for p in declared) or "none"
            msg = f"feed.params.{name} is not a parameter of {owner}; accepted: {accepted}.{hint}"
            raise WrongInput(msg)
    return {p.name: _one(p, given.get(p.name, p.default)) for p in declared}


def _one(parameter: Parameter, value: object) -> float:
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    number = float(value) if isinstance(value, (int, float)) else math.nan
    inside = usable and parameter.low <= number <= parameter.high
    if not inside or (parameter.whole and number != int(number)):
        msg = f"feed.params.{parameter.name} is {value!r}; it must be {parameter.accepted}."
        raise WrongInput(msg)
    return number
