"""Whether people are as they were declared: Pearson's chi-square test of every marginal (Pearson 1900)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core.population import GENDERS
from simapp.scenarios.population.personas import DrawnPersonas, declared_shares
from simapp.scenarios.population.traits import year_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.core.population import Population
    from simapp.engine.core.streams import Streams
    from simapp.scenarios.document import Scenario
    from simapp.scenarios.parts.population import AgeBand


@dataclass(frozen=True)
class Fit:
    """How one attribute's counts fit its declared shares.

    chi_square = sum (O - E)^2 / E with `degrees` of freedom; p: the chance of so large a value where users are drawn
    independently from the shares. Stratified draws (see `personas`) fit better than that: p near 1 is what they give.
    """

    attribute: str
    users: int
    chi_square: float
    degrees: int
    p: float


def chi_square(counts: NDArray[np.int64], shares: NDArray[np.float64], attribute: str = "") -> Fit:
    """Return how counts int64[K] fit shares float64[K]; values of share 0 must have no count, else p is 0."""
    from scipy.special import gammaincc

    users, some = int(counts.sum()), shares > 0
    expected = users * shares[some] / shares.sum()
    if counts[~some].any():
        return Fit(attribute, users, float("inf"), int(some.sum()) - 1, 0.0)
    value = float(((counts[some] - expected) ** 2 / expected).sum()) if users else 0.0
    degrees = int(some.sum()) - 1
    return Fit(attribute, users, value, degrees, float(gammaincc(degrees / 2, value / 2)) if degrees else 1.0)


def marginal_fits(scenario: Scenario, population: Population, streams: Streams) -> list[Fit]:
    """Return the fits of age bands, gender and every declared attribute of a generated population.

    Where age bands overlap, an age counts for the first that holds it, and shares are spread in the same way.
    """
    part = scenario.population
    fits = [_ages(part.ages, population.age)]
    genders = np.bincount(population.gender, minlength=len(GENDERS))
    shares = declared_shares(part.personas, part.genders.model_dump(), year_shares(part.ages))
    fits.append(chi_square(genders, shares["gender"], "gender"))
    drawn = DrawnPersonas(part.personas, streams, population.gender, population.age).drawn(
        0, population.users
    )
    for name, which in drawn.items():
        fits.append(chi_square(np.bincount(which, minlength=shares[name].shape[0]), shares[name], name))
    return fits


def _ages(bands: tuple[AgeBand, ...], age: NDArray[np.int16]) -> Fit:
    owner = np.full(121, -1)
    for i, band in reversed(list(enumerate(bands))):
        owner[band.low : band.high + 1] = i
    years = year_shares(bands)
    shares = np.array([years[owner == i].sum() for i in range(len(bands))])
    return chi_square(np.bincount(owner[age], minlength=len(bands)), shares, "age")
