"""What the four views of the largest cascade have in common."""

from __future__ import annotations

from typing import ClassVar

from simapp.metrics.base import Metric


class OfLargest(Metric):
    """A figure of the largest cascade: most nodes, ties to the smallest post key."""

    group: ClassVar[str] = "largest cascade"
    edge_cases: ClassVar[str] = (
        "missing while no post is in the feed window; of the cascades whose first post is still in it, so the"
        " figure falls when that post grows too old to be shown"
    )
    null: ClassVar[str] = "none"
    cost: ClassVar[str] = "O(h)"
