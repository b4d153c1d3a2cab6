"""shadow_novelty."""

from __future__ import annotations

from simapp.metrics.shadows import OfShadows


class Here(OfShadows):
    """How little known what another preset would have shown is."""

    name, label = "shadow_novelty", "Novelty of a shadow feed"
    unit = "bits"
    formula = "mean over the preset's impressions of max(0, log2(N / (1 + likes + shares)))"
    range = (0.0, None)
    direction = "0 only what everybody reacted to; larger, less known"
    edge_cases = "missing where nothing would be shown"
