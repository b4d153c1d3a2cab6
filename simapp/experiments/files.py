"""An experiment written as a YAML or JSON file, for the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simapp.engine.core.errors import WrongInput
from simapp.experiments.design import ArmDesign, Design
from simapp.scenarios.leaves import written
from simapp.scenarios.yaml_text import read_text

FIELDS = ("title", "question", "scenario", "arms", "replicates", "first_seed", "steps", "metrics", "reading")


def read_design(content: bytes) -> tuple[str, Design]:
    """Return (the scenario named in the file, the design). WrongInput names the field that does not fit."""
    raw = read_text(content)
    if not isinstance(raw, Mapping):
        raise WrongInput("The file must hold an experiment: fields with values, like title: Feeds.")
    unknown = sorted(set(map(str, raw)) - set(FIELDS))
    if unknown:
        msg = f"{unknown[0][:60]} is no field of an experiment; known: {', '.join(FIELDS)}."
        raise WrongInput(msg)
    scenario = raw.get("scenario")
    if not isinstance(scenario, str):
        raise WrongInput("scenario is missing; it must be a gallery slug or the path of a scenario file.")
    arms = raw.get("arms")
    if not isinstance(arms, list):
        raise WrongInput("arms must be a list of arms, each with a name and what it sets.")
    metrics = raw.get("metrics") or []
    if not isinstance(metrics, list) or not all(isinstance(name, str) for name in metrics):
        raise WrongInput("metrics must be a list of names of metrics.")
    steps = raw.get("steps")
    design = Design(
        title=_text(raw, "title", scenario),
        question=_text(raw, "question", ""),
        arms=tuple(_arm(arm, number) for number, arm in enumerate(arms, 1)),
        replicates=_whole(raw, "replicates", 1),
        first_seed=_whole(raw, "first_seed", 1),
        steps=None if steps is None else _whole(raw, "steps", 1),
        metrics=tuple(metrics),
        reading=_text(raw, "reading", "last"),
    )
    return scenario, design


def _arm(raw: Any, number: int) -> ArmDesign:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("name"), str) or set(raw) - {"name", "set"}:
        msg = f"Arm {number} must have a name and may have set: path=value lines, or paths with values; nothing else."
        raise WrongInput(msg)
    changes = raw.get("set") or []
    if isinstance(changes, Mapping):
        changes = [f"{path}={written(value)}" for path, value in changes.items()]
    if not isinstance(changes, list) or not all(isinstance(change, str) for change in changes):
        msg = f"set of arm {raw['name'][:60]} must be a list of path=value lines, or paths with values."
        raise WrongInput(msg)
    return ArmDesign(raw["name"], tuple(changes))


def _text(raw: Mapping[str, Any], name: str, otherwise: str) -> str:
    value = raw.get(name, otherwise)
    if not isinstance(value, str):
        msg = f"{name} is {str(value)[:40]}; it must be text."
        raise WrongInput(msg)
    return value


def _whole(raw: Mapping[str, Any], name: str, otherwise: int) -> int:
    value = raw.get(name, otherwise)
    if not isinstance(value, int) or isinstance(value, bool):
        msg = f"{name} is {str(value)[:40]}; it must be a whole number."
        raise WrongInput(msg)
    return value
