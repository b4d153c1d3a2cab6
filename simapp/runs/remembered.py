"""What a user remembers after a committed step, looked up on a clone of the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.runs.assemble import embedding_cache
from simapp.runs.clone import clone_at
from simapp.runs.minds import memory_of
from simapp.scenarios.document import load_scenario

if TYPE_CHECKING:
    from simapp.engine.core.threads import Workers
    from simapp.models import Run


def remembered(run: Run, user: int, step: int | None, *, workers: Workers) -> dict[str, Any]:
    """Return `Memory.inspect` of a user after `step` (None: the last one), and the step.

    Raises WrongInput that names what cannot be.
    """
    if run.step < 0:
        msg = f"run {run.pk} has no steps yet."
        raise WrongInput(msg)
    at = run.step if step is None else step
    if not 0 <= at <= run.step:
        msg = f"step is {at}; it must be a whole number from 0 to {run.step}, the last step of the run."
        raise WrongInput(msg)
    if not 0 <= user < run.users:
        msg = f"user is {user}; the run has users 0 to {run.users - 1}."
        raise WrongInput(msg)
    clone = clone_at(run, at, workers=workers)
    models = load_scenario(clone.run.scenario_version.document).minds.models
    memory = memory_of(models, clone.world.clock, embedding_cache()) if models is not None else None
    if memory is None:
        msg = f"nobody remembers anything in run {run.pk}: its scenario has no minds.models, or keeps no memory."
        raise WrongInput(msg)
    return {**memory.inspect(clone.world, user), "step": at}
