"""shadow_novelty."""

from __future__ import annotations

from simapp.metrics.shadows import EXAMPLE, OfShadows


class Here(OfShadows):
    """How little known what another preset would have shown is."""

    name, label = "shadow_novelty", "Novelty of a shadow feed"
    unit = "bits"
    formula = (
        "mean over the preset's impressions (its first k = feed.k posts for each sampled viewer) of max(0, log2(N /"
        " (1 + likes + shares))), N the users, likes standing and shares (reposts and quotes) those that the post"
        " had when feeds were ranked; of a repost those of the original"
    )
    range = (0.0, None)
    direction = "0 only what everybody reacted to; larger, less known"
    edge_cases = "missing where nothing would be shown"
    example = EXAMPLE + " gives 0.75, null 0.5"
