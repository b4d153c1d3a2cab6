"""shadow_gini."""

from __future__ import annotations

from simapp.metrics.shadows import OfShadows


class Here(OfShadows):
    """How unequally another preset would have spread impressions over authors."""

    name, label = "shadow_gini", "Exposure Gini of a shadow feed"
    formula = (
        "Gini index of impressions per user as author, users without any included, of the preset's "
        "first k for the sampled viewers"
    )
    range = (0.0, 1.0)
    direction = "0 everybody is shown alike \u2026 1 one author is shown alone"
    edge_cases = "missing where nothing would be shown; a sample of viewers makes it larger than that of all"
