"""shadow_cross_cutting."""

from __future__ import annotations

from simapp.metrics.shadows import OfShadows


class Here(OfShadows):
    """How often another preset would have shown users a post of the other side."""

    name, label = "shadow_cross_cutting", "Cross-cutting share of a shadow feed"
    formula = (
        "share of the preset's impressions whose post's stance and viewer's opinion on the first "
        "topic have opposite signs"
    )
    range = (0.0, 1.0)
    direction = "0 only the own side \u2026 1 only the other side"
    edge_cases = "stances and opinions of 0 are left out; missing where nothing is left"
