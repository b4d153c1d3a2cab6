"""Posts drawn at random: the null model of every ranking."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """Random: the newest posts of the platform in random order, drawn anew for each viewer and step."""

    name = "random"
    label = "Random"
    help = "The newest posts of the platform in random order, drawn anew for each viewer and step."
    source = "The null model of ranking audits; OASIS's random feed."
    parameters = settings_of(("sources", "recent"), ("sources", "explore"), explore=0.0)

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        sources = (use("sources", "recent", params), use("sources", "explore", params))
        return Recipe(cls.name, sources, (Use("chance"),), ties="viewer")
