"""branching_ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._of_cascades import OfCascades
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OfCascades):
    """How many shares a share of the source's audience brings in turn."""

    name, label, unit = "branching_ratio", "Branching ratio", "shares per share"
    formula = "sum over cascades of the nodes on level 2 / sum of those on level 1, the root being level 0"
    range = (0.0, None)
    direction = "below 1 spread dies out, 1 it just lasts, above 1 it grows"
    edge_cases = (
        "missing where nothing was shared; it mixes the size of audiences with how persuasive they are"
    )
    null = "1 - 1/mean size: what every generation has on average, all of them pooled"
    reference = "generation ratio of a branching process; for cascades that are over 1 - 1/mean size"

    def score(self, files: Files) -> Score:
        shapes = files.cascades.shapes
        first, size = int(shapes.first.sum()), float(shapes.size.mean())
        return beside(float(shapes.second.sum() / first) if first else None, 1.0 - 1.0 / size)
