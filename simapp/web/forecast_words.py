"""A forecast of models in words and rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simapp.runs.forecasts import span
from simapp.web.numbers import size_in_words, thousands, three_digits

if TYPE_CHECKING:
    from collections.abc import Callable

    from simapp.models import ModelForecast

KINDS = {"decisions": "decisions", "groups": "groups", "checks": "checks of groups"}


@dataclass(frozen=True)
class Shown:
    """A forecast as its page shows it."""

    row: ModelForecast

    @property
    def waiting(self) -> bool:
        """Whether a worker has yet to make it."""
        return self.row.status in ("queued", "running")

    @property
    def found(self) -> dict[str, Any]:
        """What was found."""
        return dict(self.row.found)

    @property
    def answered(self) -> bool:
        """Whether any model answered, so that there is something to say."""
        return any("tokens" in line for line in self.found.get("lines", ()))

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """(what, about how much, 95 % interval) of all tiers together."""
        totals = self.found["totals"]
        wanted: list[tuple[str, str, Callable[[float], str]]] = [
            ("decisions", "questions", _count), ("tokens_in", "tokens in", _count),
            ("tokens_cached", "of them cached", _count), ("tokens_out", "tokens out", _count),
            ("money", "money", _money), ("seconds", "model time", _span), ("all_seconds", "whole run", _span),
        ]  # fmt: skip
        shown = [(word, *_interval(totals[name], say)) for name, word, say in wanted if totals[name][2] > 0]
        memory = sum(model["bytes"] for model in self.found["memory"])
        return [*shown, ("model memory", size_in_words(memory), "weights")] if memory else shown

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What each tier's model was asked and how it answered."""
        return [
            {
                **line,
                "what": KINDS[line["kind"]],
                "expected": _count(line["decisions"][1]),
                "read": _count(line["each"]["tokens_in"]) if "each" in line else "",
                "written": _count(line["each"]["tokens_out"]) if "each" in line else "",
                "took": f"{three_digits(line['each']['seconds'])} s" if "each" in line else "",
                "seems": f"{line['unread']} of {line['asked']} could not be read" if line["unread"] else "",
            }
            for line in self.found["lines"]
        ]

    @property
    def limits(self) -> list[tuple[bool, str]]:
        """(whether it is reached, the sentence) of each limit."""
        return [_limit(limit) for limit in self.found["limits"]]

    @property
    def took(self) -> str:
        """What the forecast itself took."""
        found = self.found
        money = f" and {_money(found['took']['money'])} of money" if found["took"]["money"] else ""
        known = f", {found['known']} of which the reply cache knew" if found["known"] else ""
        return f"From {found['asked']} questions{known}; they took {_count(found['took']['tokens'])} tokens{money}."


def _limit(limit: dict[str, Any]) -> tuple[bool, str]:
    amount = {
        "tokens": f"{_count(limit['limit'])} tokens",
        "money": f"{limit['limit']:g} of money",
        "seconds": f"{span(limit['limit'])} of model time",
    }[limit["name"]]
    then = "rules decide from then on" if limit["then"] == "rules" else "the run then pauses"
    early, about, late = limit["at"]
    if about is not None:
        between = (
            f" ({early} to {late})"
            if late not in (None, early)
            else f" (from {early})"
            if late is None
            else ""
        )
        return (
            True,
            f"Reaches the limit of {amount} after about step {about}{between} of {limit['steps']}; {then}.",
        )
    if early is not None:
        return True, f"May reach the limit of {amount}, not before step {early} of {limit['steps']}; {then}."
    return False, f"Stays below the limit of {amount}."


def _interval(held: list[float], say: Callable[[float], str]) -> tuple[str, str]:
    low, amount, high = (say(value) for value in held)
    return amount, "" if low == high else f"{low} – {high}"


def _count(value: float) -> str:
    """Three digits are more than a forecast knows."""
    if value < 1000:
        return str(round(value))
    for unit, sign in ((1e9, "G"), (1e6, "M")):
        if value >= unit:
            return f"{three_digits(value / unit)} {sign}"
    digits = len(str(round(value))) - 3
    return thousands(int(round(value, -digits)))


def _money(value: float) -> str:
    return f"{value:.2f}" if value >= 1 else three_digits(float(f"{value:.2g}"))


def _span(value: float) -> str:
    return span(value) if value >= 1 else "1 s"
