"""shadow_stance."""

from __future__ import annotations

from simapp.metrics.shadows import EXAMPLE, OfShadows


class Here(OfShadows):
    """Which side what another preset would have shown is on, on the whole."""

    name, label = "shadow_stance", "Stance mix of a shadow feed"
    formula = (
        "mean stance (posts.csv, on whatever topic) over the preset's impressions: its first k = feed.k posts for"
        " each sampled viewer"
    )
    range = (-1.0, 1.0)
    direction = "-1 all against \u2026 0 balanced \u2026 1 all in favour"
    edge_cases = "posts of unknown stance are left out; missing where there are no others"
    example = EXAMPLE + " gives 0.1, null 0.2"
