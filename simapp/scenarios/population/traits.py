"""Ages, genders, rhythms, levels, voices: one vectorised draw per trait, keyed by the user's number.

A user's traits depend on the seed and the user's number only, so a larger population begins with
the same users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from simapp.engine.core.streams import Streams
    from simapp.scenarios.parts.population import Activity, AgeBand, GenderShares, Voice


def draw_share(shares: Sequence[float], u: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each u in [0, 1) an index drawn in proportion to `shares` (zero shares never drawn)."""
    weights = np.asarray(shares, np.float64)
    bounds = np.cumsum(weights / weights.sum())
    last = int(np.flatnonzero(weights > 0)[-1])
    return np.minimum(np.searchsorted(bounds, u, side="right"), last)


def draw_ages(bands: Sequence[AgeBand], users: NDArray[np.int64], streams: Streams) -> NDArray[np.int16]:
    """Return int16[n] ages in years: a band by its share, then uniform inside the band."""
    band = draw_share([b.share for b in bands], streams.uniform("population/age-band", user=users))
    low = np.array([b.low for b in bands])[band]
    width = np.array([b.high - b.low + 1 for b in bands])[band]
    within = streams.uniform("population/age", user=users)
    ages: NDArray[np.int64] = low + (within * width).astype(np.int64)
    return ages.astype(np.int16)


def year_shares(bands: Sequence[AgeBand]) -> NDArray[np.float64]:
    """Return the share float64[121] of each age in years, adding up to 1."""
    shares = np.zeros(121)
    for band in bands:
        shares[band.low : band.high + 1] += band.share / (band.high - band.low + 1)
    normal: NDArray[np.float64] = shares / shares.sum()
    return normal


def draw_genders(shares: GenderShares, users: NDArray[np.int64], streams: Streams) -> NDArray[np.uint8]:
    """Return uint8[n] indices into `GENDERS`."""
    weights = (shares.unknown, shares.female, shares.male, shares.other)
    return draw_share(weights, streams.uniform("population/gender", user=users)).astype(np.uint8)


def draw_rhythms(
    activity: Activity, users: NDArray[np.int64], streams: Streams
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return (row int32[n], rhythms float32[R, 24]): one row per time zone, hours in UTC, maximum 1."""
    local = np.array(activity.circadian, np.float64)
    local /= local.max()
    hours = np.arange(24)
    rhythms = np.stack([local[(hours + zone.offset) % 24] for zone in activity.time_zones])
    row = draw_share(
        [z.share for z in activity.time_zones], streams.uniform("population/time-zone", user=users)
    )
    return row.astype(np.int32), rhythms.astype(np.float32)


def bounded_pareto(
    u: NDArray[np.float64], exponent: float, minimum: float, maximum: float
) -> NDArray[np.float64]:
    """Return draws of the density ~ a**-exponent on [minimum, maximum] by inversion of u in [0, 1).

    Inverse: (min**(1-g) - u * (min**(1-g) - max**(1-g)))**(1/(1-g)), g the exponent above 1.
    """
    power = 1.0 - exponent
    low, high = minimum**power, maximum**power
    return np.asarray(np.clip((low - u * (low - high)) ** (1.0 / power), minimum, maximum))


def draw_levels(activity: Activity, users: NDArray[np.int64], streams: Streams) -> NDArray[np.float32]:
    """Return float32[n] in (0, 1]: probability of being active within one hour at the peak hour."""
    u = streams.uniform("population/level", user=users)
    return bounded_pareto(u, activity.exponent, activity.minimum, activity.maximum).astype(np.float32)


def draw_voices(voice: Voice, users: NDArray[np.int64], streams: Streams) -> NDArray[np.float32]:
    """Return float32[n] in (0, 1]: propensity to write when active."""
    u = streams.uniform("population/voice", user=users)
    return bounded_pareto(u, voice.exponent, voice.minimum, voice.maximum).astype(np.float32)
