"""Collaborative filtering by neighbours."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """What collaborative filtering expects a viewer to like, among what most people liked and what one follows.

    A hundredth of popularity orders posts of which it knows nothing for a viewer.
    """

    name = "item-knn"
    label = "Item neighbours"
    help = "Posts liked by users who also liked what the viewer liked, by neighbours of posts."
    source = "Sarwar et al. 2001 (WWW): item-based collaborative filtering, cosine, 50 neighbours."
    parameters = settings_of(
        ("sources", "collaborative"),
        ("sources", "followed"),
        ("sources", "explore"),
        ("scorers", "item-knn"),
        explore=0.0,
    )

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        return Recipe(
            cls.name,
            sources=tuple(use("sources", name, params) for name in ("collaborative", "followed", "explore")),
            scorers=(Use("popularity", weight=0.01), use("scorers", "item-knn", params)),
            ties="viewer",
        )
