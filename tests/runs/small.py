"""Small runs on the real parts, for tests."""

from __future__ import annotations

from typing import Any

from simapp.engine.core.threads import Workers
from simapp.models import Run
from simapp.runs.execute import execute
from simapp.runs.services import command_line_version, create_run
from simapp.scenarios.document import Scenario
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.paths import set_path

BUSY = (
    "population.users=120",
    "population.activity.minimum=0.5",
    "population.voice.minimum=0.4",
    "minds.rates.repost=1",
    "minds.rates.like=0.3",
    "minds.rates.comment=0.1",
    "minds.rates.follow=0.05",
    "minds.rates.unfollow=0.05",
    "minds.rates.mute=0.02",
    "minds.rates.quote=0.05",
    "minds.appeal.median=0.2",
)


def busy(slug: str = "rumour", *changes: str) -> Scenario:
    """A small scenario in which much happens."""
    scenario = get_gallery(slug)
    for change in (*BUSY, *changes):
        scenario = set_path(scenario, change)
    return scenario


def make(
    scenario: Scenario | None = None, *, seed: int = 7, steps: int = 12, owner: Any = None, **more: Any
) -> Run:
    """A queued run that nobody was told about."""
    version = command_line_version(document=scenario or busy())
    return create_run(owner=owner, version=version, seed=seed, steps=steps, **more)


def finish(run: Run, workers: Workers | None = None, **more: Any) -> Run:
    """Execute it in this process."""
    execute(run.pk, workers=workers or Workers(1), **more)
    run.refresh_from_db()
    return run
