"""X's ranking as published in April 2023."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """Weights on predicted probabilities, then author diversity.

    Published weights of actions that this platform does not have (profile clicks 12, videos 0.005, replies that
    the author engages 75, conversation clicks 11, stays of two minutes 10) have nothing to weigh. Negative
    feedback is a dislike.
    """

    name = "x-2023"
    label = "X 2023"
    help = "Predicted likes, reposts, replies and negative feedback, weighted as X published in April 2023."
    source = "X's published code, heavy ranker (the-algorithm-ml, April 2023) and author diversity."
    parameters = settings_of(("sources", "engaging"), ("sources", "followed"), ("sources", "explore"), explore=0.0)
    weights = (("p-like", 0.5), ("p-repost", 1.0), ("p-reply", 13.5), ("p-dislike", -74.0), ("p-report", -369.0))

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        predicted = tuple(Use(name, weight=weight) for name, weight in cls.weights)
        return Recipe(
            cls.name,
            sources=tuple(use("sources", name, params) for name in ("engaging", "followed", "explore")),
            # Similarity weighs nothing itself: predictions read it.
            scorers=(Use("similarity", weight=0.0), *predicted),
            rerankers=(Use("author-diversity"),),
            ties="viewer",
        )
