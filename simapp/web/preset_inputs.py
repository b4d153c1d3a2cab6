"""The parameters of feed presets as inputs of the scenario form, as the presets declare them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from recommender.registry import catalogue
from simapp.web.scenario_plan import Leaf


@dataclass(frozen=True)
class Preset:
    """One preset: its words and an input per parameter, called `<leaf>@<preset>.<parameter>`."""

    name: str
    label: str
    help: str
    leaves: tuple[Leaf, ...]


@cache
def presets_of(path: str, name: str) -> dict[str, Preset]:
    """Return the presets for the parameters at `path`, whose text is the input `name`."""
    found = {}
    for one in catalogue():
        leaves = tuple(
            Leaf(
                path=f"{path}.{parameter.name}",
                name=f"{name}@{one['name']}.{parameter.name}",
                kind="integer" if parameter.whole else "number",
                label=parameter.label,
                help=parameter.help,
                accepted=parameter.accepted,
                nullable=True,
                default=parameter.default,
            )
            for parameter in one["parameters"]
        )
        found[one["name"]] = Preset(one["name"], one["label"], one["help"], leaves)
    return found


def split(leaf: Leaf, preset: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (values by input name, the rest by parameter) of parameters that a document sets."""
    known = {inner.path.rpartition(".")[2]: inner.name for inner in leaves_of(leaf, preset)}
    mine = {known[key]: value for key, value in values.items() if key in known}
    return mine, {key: value for key, value in values.items() if key not in known}


def leaves_of(leaf: Leaf, preset: str) -> tuple[Leaf, ...]:
    """Return the inputs of a preset's parameters; none for one that there is not."""
    found = presets_of(leaf.path, leaf.name).get(preset)
    return found.leaves if found else ()
