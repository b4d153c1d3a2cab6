"""Reddit's hot list: one order for everybody."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """The platform's hottest posts and what one follows, by hot score."""

    name = "reddit-hot"
    label = "Reddit hot"
    help = "The same list for everybody: votes count on a logarithmic scale and newer posts come first."
    source = "Reddit's published ranking code, _sorts.pyx (hot)."
    parameters = settings_of(
        ("sources", "trending"), ("sources", "followed"), ("sources", "explore"), explore=0.0
    )

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        sources = tuple(use("sources", name, params) for name in ("trending", "followed", "explore"))
        return Recipe(cls.name, sources, (Use("hot"),))
