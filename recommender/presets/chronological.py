"""Newest first from the people one follows: the control condition of ranking studies."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """Followed posts and reposts by time, with a few places for strangers."""

    name = "chronological"
    label = "Chronological"
    help = "Posts and reposts of the people one follows, newest first, with some recent posts by others."
    source = "The reverse-chronological control of ranking audits (Huszár et al. 2022, PNAS 119(1))."
    parameters = settings_of(("sources", "followed"), ("sources", "explore"))

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        sources = (use("sources", "followed", params), use("sources", "explore", params))
        return Recipe(cls.name, sources, (Use("newness"),))
