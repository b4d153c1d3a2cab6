"""A feed for what people like who otherwise disagree."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """The platform's most bridging posts and what one follows, by bridging intercept."""

    name = "bridging"
    label = "Bridging"
    help = "Posts that people like who otherwise disagree come first; what only one side likes counts for little."
    source = "Community Notes: Wojcik et al. 2022 (arXiv 2210.15723) and the published code."
    parameters = settings_of(("sources", "trending"), ("sources", "followed"), ("sources", "explore"), explore=0.0)

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        sources = tuple(use("sources", name, params) for name in ("trending", "followed", "explore"))
        return Recipe(cls.name, sources, (Use("bridging"),))
