"""Popular posts more often, by lottery: the social signal of the music market."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe


class Here(Preset):
    """Followed posts and recent ones of strangers, drawn in proportion to their reactions."""

    name = "popularity-lottery"
    label = "Popularity lottery"
    help = "Posts are drawn by lot, in proportion to one plus their reactions, to the power of a strength."
    source = "Salganik, Dodds & Watts 2006, Science 311, 854 (download counts shown); Polya's urn."
    parameters = settings_of(
        ("sources", "followed"), ("sources", "explore"), ("scorers", "lottery"), explore=0.0
    )

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        sources = (use("sources", "followed", params), use("sources", "explore", params))
        return Recipe(cls.name, sources, (use("scorers", "lottery", params),), ties="viewer")
