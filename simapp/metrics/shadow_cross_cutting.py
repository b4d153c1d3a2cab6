"""shadow_cross_cutting."""

from __future__ import annotations

from simapp.metrics.shadows import EXAMPLE, OfShadows


class Here(OfShadows):
    """How often another preset would have shown users a post of the other side."""

    name, label = "shadow_cross_cutting", "Cross-cutting share of a shadow feed"
    formula = (
        "share of the preset's impressions (its first k = feed.k posts for each sampled viewer) whose post's"
        " stance, on whatever topic, and viewer's x have opposite signs, of those where both have one"
    )
    range = (0.0, 1.0)
    direction = "0 only the own side \u2026 1 only the other side"
    edge_cases = "stances that are 0 or unknown, and x of 0, are left out; missing where nothing is left"
    example = EXAMPLE + " gives 0.3333, null 0.75"
