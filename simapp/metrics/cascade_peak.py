"""cascade_peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simapp.metrics.files import Files

PEAK_BIN = 10
YEAR = 365 * 24 * 60


class Here(OfCascades):
    """When sharing is at its height."""

    name, label, unit = "cascade_peak", "Time to peak", "minutes"
    formula = (
        "median over cascades with a share of the start of the 10 minutes with most shares, bins from the "
        "first post on, ties to the earliest"
    )
    range = (0.0, None)
    direction = "0 right after the post"
    edge_cases = "missing without minutes; delays below 0, and of 365 days or more, are left out"
    reference = "definition; the bin is ours"

    def score(self, files: Files) -> Score:
        peaks = [PEAK_BIN * int(np.argmax(np.bincount(bins))) for bins in _bins(files) if bins.shape[0]]
        return beside(float(np.median(peaks)) if peaks else None)


def _bins(files: Files) -> Iterator[NDArray[np.int64]]:
    for delay in files.cascades.delays:
        # A share that came after more than a year cannot make a peak, and would need a bin for each 10 minutes of it.
        near = delay[(delay >= 0) & (delay < YEAR)]
        yield (near // PEAK_BIN).astype(np.int64)
