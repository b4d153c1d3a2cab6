"""shadow_stance."""

from __future__ import annotations

from simapp.metrics.shadows import OfShadows


class Here(OfShadows):
    """Which side what another preset would have shown is on, on the whole."""

    name, label = "shadow_stance", "Stance mix of a shadow feed"
    formula = "mean stance of the posts in the preset's first k, over all sampled viewers"
    range = (-1.0, 1.0)
    direction = "-1 all against \u2026 0 balanced \u2026 1 all in favour"
    edge_cases = "posts of unknown stance are left out; missing where there are no others"
