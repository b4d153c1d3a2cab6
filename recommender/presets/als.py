"""Collaborative filtering by factors."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """What collaborative filtering expects a viewer to like, among what most people liked and what one follows.

    A hundredth of popularity orders posts of which it knows nothing for a viewer.
    """

    name = "als"
    label = "Collaborative factors"
    help = "Posts liked by users who like the same as the viewer, by factors of users and posts."
    source = "Hu, Koren & Volinsky 2008 (ICDM): implicit feedback by alternating least squares."
    parameters = settings_of(
        ("sources", "collaborative"), ("sources", "followed"), ("sources", "explore"), ("scorers", "als"), explore=0.0
    )

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        return Recipe(
            cls.name,
            sources=tuple(use("sources", name, params) for name in ("collaborative", "followed", "explore")),
            scorers=(Use("popularity", weight=0.01), use("scorers", "als", params)),
            ties="viewer",
        )
