"""Reddit's best: by the lower bound of the share of likes."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """Reddit best: posts whose share of likes is surely high come first, however few votes they have."""

    name = "reddit-best"
    label = "Reddit best"
    help = "Posts whose share of likes is surely high come first, however few votes they have."
    source = "Reddit's published ranking code, _sorts.pyx (confidence); Wilson 1927."
    parameters = settings_of(("sources", "trending"), ("sources", "followed"), ("sources", "explore"), explore=0.0)

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        sources = tuple(use("sources", name, params) for name in ("trending", "followed", "explore"))
        return Recipe(cls.name, sources, (Use("wilson"),))
