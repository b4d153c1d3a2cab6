"""What the three comparisons of growth curves have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, beside
from simapp.metrics.growth import curves, nrmse

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class OfGrowth(OnDemand):
    """Normalised error of the growth curves of cascades against real ones; `curve` is a row of `growth.curves`."""

    curve: ClassVar[int]
    group: ClassVar[str] = "comparisons"
    range: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    direction: ClassVar[str] = "0 the same curve, 1 off by as much as the real one's maximum"
    edge_cases: ClassVar[str] = (
        "missing where no share of one of the files has minutes; the n-th cascade is compared with the n-th real"
        " one; pairs whose real curve is 0 throughout are left out, since its maximum divides; shares with minutes"
        " before the root's are there from the start; a curve that has ended stays at its last value; a cascade"
        " without minutes is 0 throughout"
    )
    null: ClassVar[str] = (
        "the mean of all real curves, the pair's own and those of 0 among them, in place of every cascade: it knows"
        " nothing of the single one"
    )
    reference: ClassVar[str] = "Yang et al. 2024, OASIS, arXiv:2411.11581 (normalised RMSE over 150 minutes)"
    cost: ClassVar[str] = "O(s log s + 150 c), s shares of c cascades"
    reads: ClassVar[tuple[str, ...]] = ("cascades", "reference")

    def score(self, files: Files) -> Score:
        if not files.cascades.all_delays.shape[0] or not files.reference_cascades.all_delays.shape[0]:
            return Score()
        made = curves(files.cascades)[:, self.curve].astype(np.float64)
        real = curves(files.reference_cascades)[:, self.curve].astype(np.float64)
        average = np.broadcast_to(real.mean(axis=0), real.shape)
        return beside(nrmse(made, real), nrmse(average, real))
