"""Attributes of personas: drawn from the declared shares, user by user, then put into words.

Draws are stratified: of every 100 users in a row each hundredth of [0, 1) belongs to one, in an order drawn for the
attribute and the hundred. So attributes match their shares more closely than independent draws would, also in a part of
the population; attributes stay independent of each other; and a larger population begins with the same users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core.population import GENDERS
from simapp.engine.core.shortened import MAX_PERSONA, shortened
from simapp.scenarios.parts.personas import PLACE, span
from simapp.scenarios.population.traits import draw_share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from simapp.engine.core.streams import Streams
    from simapp.scenarios.parts.personas import Personas

STRATA = 100


def stratified(streams: Streams, name: str, users: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return a uniform float64[n] in [0, 1) for each of users int64[n], stratified in hundreds of users."""
    hundreds, which = np.unique(users // STRATA, return_inverse=True)
    bits = streams.bits(f"persona/order/{name}", user=hundreds[:, None], item=np.arange(STRATA)[None, :])
    place = np.argsort(np.argsort(bits, axis=1, kind="stable"), axis=1, kind="stable")
    within = streams.uniform(f"persona/within/{name}", user=users)
    # 1 - 2**-53 in the last stratum must not round up to 1.
    return np.minimum((place[which, users % STRATA] + within) / STRATA, 1.0 - 2.0**-53)


class DrawnPersonas:
    """The attributes of N users, drawn when asked for. gender uint8[N], index into GENDERS; age int16[N], years."""

    def __init__(
        self, declared: Personas, streams: Streams, gender: NDArray[np.uint8], age: NDArray[np.int16]
    ) -> None:
        self._declared, self._streams, self._gender, self._age = declared, streams, gender, age
        self._template = declared.template or _listing([attribute.name for attribute in declared.attributes])

    def drawn(self, lo: int, hi: int) -> dict[str, NDArray[np.int64]]:
        """Return for every attribute which of its values users lo .. hi - 1 have, int64[hi - lo]."""
        users = np.arange(lo, hi, dtype=np.int64)
        found: dict[str, NDArray[np.int64]] = {}
        held: dict[str, tuple[NDArray[np.int64], tuple[str, ...]]]
        held = {"gender": (self._gender[lo:hi].astype(np.int64), GENDERS)}
        for attribute in self._declared.attributes:
            u = stratified(self._streams, attribute.name, users)
            mine = draw_share([value.share for value in attribute.values], u)
            for case in attribute.cases:
                if attribute.given == "age":
                    low, high = span(case.when) or (1, 0)
                    those = (self._age[lo:hi] >= low) & (self._age[lo:hi] <= high)
                else:
                    given, names = held[attribute.given or ""]
                    those = given == names.index(case.when)
                mine[those] = draw_share(case.shares, u[those])
            found[attribute.name] = mine
            held[attribute.name] = (mine, tuple(value.value for value in attribute.values))
        return found

    def values(self, lo: int, hi: int) -> list[dict[str, str]]:
        """Return {attribute: value} of users lo .. hi - 1."""
        drawn = self.drawn(lo, hi)
        words = {a.name: [value.value for value in a.values] for a in self._declared.attributes}
        columns = {name: [words[name][i] for i in which.tolist()] for name, which in drawn.items()}
        return [{name: column[i] for name, column in columns.items()} for i in range(hi - lo)]

    def text(self, known: Mapping[str, str]) -> str:
        """Return the persona of a user of whom `known` says everything that a template may name."""
        # Not str.format: a declared value is data, and a brace in it stands for itself.
        return shortened(PLACE.sub(lambda place: known[place[1]], self._template), MAX_PERSONA)


def _listing(names: list[str]) -> str:
    """Return the template that says everything that was declared."""
    traits = [
        f"{name.replace('_', ' ').capitalize()}: {{{name}}}." for name in names if name not in ("job", "town")
    ]
    return " ".join(
        ["{name}, {age}, {job} in {town}.", *traits, "Follows {topic} and {topic2}. Likes {pursuit}."]
    )


def declared_shares(
    declared: Personas, genders: Mapping[str, float], years: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Return the share of every value by attribute, adding up to 1.

    genders: weights by gender; years float64[121]: the share of each age, as `traits.year_shares` gives them.
    """
    weights = np.array([genders[name] for name in GENDERS], np.float64)
    held: dict[str, tuple[NDArray[np.float64], tuple[str, ...]]]
    held = {"gender": (weights / weights.sum(), GENDERS)}
    for attribute in declared.attributes:
        shares, left = np.zeros(len(attribute.values)), 1.0
        for case in attribute.cases:
            if attribute.given == "age":
                low, high = span(case.when) or (1, 0)
                part = float(years[low : high + 1].sum())
            else:
                of, names = held[attribute.given or ""]
                part = float(of[names.index(case.when)])
            shares, left = shares + part * _normal(case.shares), left - part
        shares = shares + left * _normal([value.share for value in attribute.values])
        held[attribute.name] = (shares, tuple(value.value for value in attribute.values))
    return {name: shares for name, (shares, _) in held.items()}


def _normal(shares: Sequence[float]) -> NDArray[np.float64]:
    weights = np.array(shares, np.float64)
    normal: NDArray[np.float64] = weights / weights.sum()
    return normal
