"""One arm against the control, paired by seed: difference, intervals, effect size, test.

The run is the unit: steps of a run, and users in it, are not independent of each other. Effect size: Cohen's d_z,
the mean difference over the standard deviation of the differences, and Hedges' g, the same without its bias in
small samples (Hedges 1981, J. Educ. Stat. 6, 107-128; Lakens 2013, Front. Psychol. 4, 863).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from simapp.statistics.intervals import Interval, bca_interval, t_interval
from simapp.statistics.signflip import SignFlip, sign_flip


@dataclass(frozen=True)
class Paired:
    """What n pairs say. None: not defined (too few pairs, or differences that do not vary).

    mean: of arm - control. t, bca: 95 % intervals of it. spread: standard deviation of the differences.
    d_z, g: effect sizes. saved: the share of the variance of a difference that pairing took away.
    """

    n: int
    control: float | None
    arm: float | None
    mean: float | None
    t: Interval | None
    bca: Interval | None
    spread: float | None
    d_z: float | None
    g: float | None
    saved: float | None
    test: SignFlip | None

    @property
    def half_width(self) -> float | None:
        """Half the width of the t interval."""
        return None if self.t is None else (self.t[1] - self.t[0]) / 2


def compare(control: NDArray[np.float64], arm: NDArray[np.float64]) -> Paired:
    """Return the comparison of float64[n] with float64[n], paired by place; a pair with a missing (NaN) is left out."""
    whole = np.isfinite(control) & np.isfinite(arm)
    control, arm = control[whole], arm[whole]
    n = int(control.shape[0])
    if n == 0:
        return Paired(0, None, None, None, None, None, None, None, None, None, None)
    differences = arm - control
    mean = float(differences.mean())
    spread = d_z = g = saved = None
    if n > 1:
        alike = bool(differences.min() == differences.max())
        spread = 0.0 if alike else float(differences.std(ddof=1))
        apart = float(control.var(ddof=1) + arm.var(ddof=1))
        saved = 1 - spread**2 / apart if apart > 0 else None
        if spread > 0:
            d_z = mean / spread
            g = d_z * unbias(n - 1) if n > 2 else None
    return Paired(
        n=n,
        control=float(control.mean()),
        arm=float(arm.mean()),
        mean=mean,
        t=t_interval(differences),
        bca=bca_interval(differences),
        spread=spread,
        d_z=d_z,
        g=g,
        saved=saved,
        test=sign_flip(differences),
    )


def unbias(df: int) -> float:
    """Return Hedges' factor J(df), exactly; df from 2."""
    return float(math.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / math.sqrt(df / 2))
