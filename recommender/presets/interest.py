"""OASIS's interest feed, as its paper describes it."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """Recency times fame times similarity, over followed posts and a pool of recent ones."""

    name = "interest"
    label = "Interest"
    help = "Posts close to what one reacted to before, new, and by well-known authors come first."
    source = "Yang et al. 2024 (OASIS, arXiv 2411.11581), appendix D.3."
    parameters = settings_of(
        ("sources", "recent"),
        ("sources", "followed"),
        ("sources", "explore"),
        ("scorers", "recency"),
        ("scorers", "similarity"),
        explore=0.0,
    )

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        return Recipe(
            cls.name,
            sources=tuple(use("sources", name, params) for name in ("followed", "recent", "explore")),
            scorers=(use("scorers", "recency", params), Use("fame"), use("scorers", "similarity", params)),
            combine="product",
            # Before anybody has interests most scores are equal: one draw for all would show all the same.
            ties="viewer",
        )
