"""shadow_overlap."""

from __future__ import annotations

from simapp.metrics.shadows import EXAMPLE, OfShadows


class Here(OfShadows):
    """How much of what users were shown another preset would have shown them too."""

    name, label = "shadow_overlap", "Overlap of a shadow feed"
    formula = (
        "mean over the sampled viewers who were shown anything of |shown and in the preset's first k| / |shown|, k"
        " = feed.k; both order the same candidates, reposts count as what they show"
    )
    range = (0.0, 1.0)
    direction = "0 nothing in common \u2026 1 the same posts"
    edge_cases = "missing where nobody was shown anything"
    null = "1: the feed that was shown beside itself"
    example = EXAMPLE + " gives 0.5, null 1"
