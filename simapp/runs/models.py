"""The models that decision workers ask, by the tier and name that a scenario gives."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from agents.asking import Model, ModelAway
from agents.routing.limits import Price
from simapp.engine.core.errors import WrongInput

if TYPE_CHECKING:
    from simapp.models import Run
    from simapp.scenarios.document import Scenario

LOCAL_SECONDS = 120.0  # that a question to a local model may take at most, for the limit of seconds
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def models_folder() -> Path:
    """Return the folder below which local models lie, each in a folder of its own (setting SOCIARIUM_MODELS)."""
    return Path(settings.SOCIARIUM_MODELS)


def model_of(run: Run, tier: str, name: str) -> Model:
    """Return the model that a run asks as `name` of `tier`. Raises ModelAway with a sentence where there is none."""
    if tier == "local":
        return local_model(name)
    if tier == "endpoint":
        from simapp.runs import endpoints

        return endpoints.model_of(owner=run.owner, project=run.project_id, names=name.split(", "))
    msg = f"{tier} is no tier of a model"
    raise ModelAway(msg)


def local_model(name: str) -> Model:
    """Return a model of the models' folder, loaded once per process."""
    folder = models_folder() / name
    if not _NAME.fullmatch(name) or not folder.is_dir():
        msg = f"the model {name!r} is not in the model folder of this worker (SOCIARIUM_MODELS)"
        raise ModelAway(msg)
    return _loaded(folder, os.environ.get("SOCIARIUM_DEVICE", ""))


@lru_cache(maxsize=2)
def _loaded(folder: Path, device: str) -> Model:
    from agents.inference.local.model import local_model as load

    return load(str(folder), device or "cpu")


def prices(run: Run) -> dict[tuple[str, str], Price]:
    """Return what the models of a run cost, as noted when it was created."""
    return {_parted(key): Price(**price) for key, price in run.prices.items()}


def note_prices(owner: Any, document: Scenario, project: int | None = None) -> dict[str, dict[str, float]]:
    """Return the prices and time limits of a document's models as they are now, in the form that a run keeps.

    Raises WrongInput that names a model which the member does not have.
    """
    found: dict[str, dict[str, float]] = {}
    for tier, label in _asked(document):
        if tier == "endpoint":
            from simapp.runs import endpoints

            found[f"{tier}/{label}"] = endpoints.worst_prices(
                owner=owner, project=project, names=label.split(", ")
            )
        else:
            found[f"{tier}/{label}"] = {"input": 0.0, "output": 0.0, "timeout": LOCAL_SECONDS}
    return found


def _asked(document: Scenario) -> list[tuple[str, str]]:
    """Return tier and name of every model that a document names."""
    models, wording = document.minds.models, document.population.personas.written_by
    rules = models.tiers if models is not None else ()
    named = [(rule.asks if rule.tier == "archetype" else rule.tier, rule.label) for rule in rules]
    return named + ([(wording.tier, wording.model)] if wording is not None and named else [])


def checked_answers(who: str) -> str:
    """Return who answers for models in a run, if it may be; raises WrongInput."""
    if who not in ("models", "cache"):
        msg = f"answers is {who!r}; it must be one of models, cache."
        raise WrongInput(msg)
    return who


def _parted(key: str) -> tuple[str, str]:
    tier, _, name = key.partition("/")
    return tier, name
