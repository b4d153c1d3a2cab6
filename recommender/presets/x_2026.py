"""X's ranking as published in August 2026."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import HOUSE_FILTERS, Recipe, Use


class Here(Preset):
    """Weights on predicted probabilities, then out-of-network discount, author diversity and a diverse choice.

    Published weights of actions that this platform does not have (share 2, share by message 5, copied link 20,
    click 0.4, opened link 0.2, photos, videos and quoted clicks 0.05, seconds of dwell 0.004, block -31.2, not
    dwelled -0.02) have nothing to weigh; nor has the lift of small authors a counterpart. Not interested is a
    dislike.
    """

    name = "x-2026"
    label = "X 2026"
    help = "Predicted engagement weighted as X published in August 2026, posts of two days, less from strangers."
    source = "X's published code, home-mixer/params/param.rs as of 2026-08-12."
    parameters = settings_of(
        ("sources", "engaging"), ("sources", "followed"), ("sources", "explore"), ("filters", "stale"), explore=0.0
    )
    weights = (
        ("p-like", 0.5),
        ("p-reply", 5.0),
        ("p-reply-mutual", 15.0),
        ("p-repost", 1.0),
        ("p-quote", 5.0),
        ("p-follow", 4.0),
        ("p-dislike", -43.2),
        ("p-mute", -58.8),
        ("p-report", -234.0),
    )

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        predicted = tuple(Use(name, weight=weight) for name, weight in cls.weights)
        return Recipe(
            cls.name,
            sources=tuple(use("sources", name, params) for name in ("engaging", "followed", "explore")),
            filters=(*HOUSE_FILTERS, use("filters", "stale", params)),
            # Similarity weighs nothing itself: predictions read it.
            scorers=(Use("similarity", weight=0.0), *predicted),
            rerankers=(Use("out-of-network"), Use("author-diversity"), Use("dpp")),
            ties="viewer",
        )
