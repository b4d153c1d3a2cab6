"""Reddit's controversial: many votes, evenly split."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """Reddit controversial: posts with many and evenly split votes come first."""

    name = "reddit-controversial"
    label = "Reddit controversial"
    help = "Posts with many and evenly split votes come first."
    source = "Reddit's published ranking code, _sorts.pyx (controversy)."
    parameters = settings_of(("sources", "trending"), ("sources", "followed"), ("sources", "explore"), explore=0.0)

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        sources = tuple(use("sources", name, params) for name in ("trending", "followed", "explore"))
        return Recipe(cls.name, sources, (Use("controversy"),))
