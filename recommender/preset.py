"""A feed with a name: what it is, what can be set, and the recipe that follows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from recommender import folders
from recommender.parameters import Parameter
from recommender.recipe import Recipe, Use


def settings_of(*parts: tuple[str, str], **defaults: float) -> tuple[Parameter, ...]:
    """Return the parameters of parts given as (kind, name), with other defaults where named."""
    found: list[Parameter] = []
    for kind, name in parts:
        for p in folders.load(kind, name).parameters:
            default = defaults.get(p.name, p.default)
            found.append(Parameter(p.name, p.label, p.help, default, p.low, p.high, p.whole))
    return tuple(found)


def use(kind: str, name: str, params: Mapping[str, float]) -> Use:
    """Return a use of a part that takes its own parameters out of a preset's."""
    wanted = [p.name for p in folders.load(kind, name).parameters]
    return Use(name, {key: params[key] for key in wanted if key in params})


class Preset(ABC):
    """One file in `presets/` that defines a class called `Here`."""

    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    source: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]]

    @classmethod
    @abstractmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        """Return the recipe for a checked value of every parameter."""
