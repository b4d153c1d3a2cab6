"""shared_within_hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfCascades):
    """How much of all sharing happens within an hour of the post."""

    name, label = "shared_within_hour", "Shared within an hour"
    formula = (
        "shares at most 60 minutes after their first post / shares (all nodes but the roots), all cascades together"
    )
    range = (0.0, 1.0)
    direction = "1 everything at once"
    edge_cases = "missing without minutes; delays below 0, which some files have, count"
    reference = "Kwak, Lee, Park & Moon 2010, WWW 591-600 (half of reposts within an hour)"

    def score(self, files: Files) -> Score:
        delays = files.cascades.all_delays
        return beside(float((delays <= 60).mean()) if delays.shape[0] else None)
