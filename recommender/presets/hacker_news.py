"""The front page of Hacker News."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """Hacker News: points over a power of age, the same list for everybody."""

    name = "hacker-news"
    label = "Hacker News"
    help = "Points over a power of age, the same list for everybody."
    source = "news.arc of the published Arc 3.1 (frontpage-rank)."
    parameters = settings_of(("sources", "trending"), ("sources", "followed"), ("sources", "explore"), explore=0.0)

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        sources = tuple(use("sources", name, params) for name in ("trending", "followed", "explore"))
        return Recipe(cls.name, sources, (Use("hacker-news"),))
