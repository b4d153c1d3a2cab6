"""shared_within_day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfCascades):
    """How much of all sharing happens within 24 hours of the post."""

    name, label = "shared_within_day", "Shared within a day"
    formula = (
        "shares at most 1440 minutes after their first post / shares (all nodes but the roots), all cascades"
        " together"
    )
    range = (0.0, 1.0)
    direction = "1 everything at once"
    edge_cases = "missing without minutes; delays below 0, which some files have, count"
    reference = "Kwak, Lee, Park & Moon 2010, WWW 591-600 (three quarters within a day)"

    def score(self, files: Files) -> Score:
        delays = files.cascades.all_delays
        return beside(float((delays <= 1440).mean()) if delays.shape[0] else None)
