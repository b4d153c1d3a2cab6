"""What the figures over many cascades have in common."""

from __future__ import annotations

from typing import ClassVar

from simapp.metrics.base import OnDemand


class OfCascades(OnDemand):
    """A figure of all cascades of a file."""

    group: ClassVar[str] = "cascades"
    null: ClassVar[str] = "none"
    cost: ClassVar[str] = "O(s), s shares in all"
    reads: ClassVar[tuple[str, ...]] = ("cascades",)
