"""A feed that maximises engagement."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """The number of likes, reposts, quotes and comments that a post is expected to draw from the viewer."""

    name = "engagement"
    label = "Engagement"
    help = "What the viewer will most likely like, repost, quote or comment on comes first, and nothing else counts."
    source = "The engagement-based arm of ranking audits (Milli et al. 2025, PNAS Nexus 4(3))."
    parameters = settings_of(("sources", "engaging"), ("sources", "followed"), ("sources", "explore"), explore=0.0)

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        return Recipe(
            cls.name,
            sources=tuple(use("sources", name, params) for name in ("engaging", "followed", "explore")),
            scorers=(
                Use("similarity", weight=0.0),  # weighs nothing itself: predictions read it
                *(Use(name) for name in ("p-like", "p-repost", "p-quote", "p-reply")),
            ),
            ties="viewer",
        )
