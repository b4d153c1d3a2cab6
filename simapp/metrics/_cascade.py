"""What the four views of the largest cascade have in common."""

from __future__ import annotations

from typing import ClassVar

from simapp.metrics.base import Metric


class OfLargest(Metric):
    """A figure of the largest cascade: most nodes so far, ties to the smallest post key."""

    group: ClassVar[str] = "largest cascade"
    edge_cases: ClassVar[str] = (
        "missing before the first post; the largest has the most posts. Of equally large ones it is one whose first"
        " post has left the feed window, the one that left first; else, and of those that left together, the one"
        " whose first post has the smallest number (post in posts.csv). A cascade counts on after its first post"
        " has left the window, but cannot grow any more"
    )
    null: ClassVar[str] = "none"
    cost: ClassVar[str] = "O(h)"
