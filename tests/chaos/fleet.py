"""The runs that are disturbed, and what undisturbed ones of the same scenario and seed have left."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simapp.models import Run, ScenarioVersion
from simapp.runs import services
from simapp.runs.services import OVER
from tests.chaos.patience import patiently
from tests.runs.left import left_by
from tests.runs.small import VARIED

AT_ONCE = 3  # runs that are alive at the same time, in more slots: a run must find a worker when its owner hangs
MARGIN = 8  # steps that a run must have left to be disturbed


@dataclass(frozen=True)
class Story:
    """A scenario with a seed, and how it ends when nobody disturbs it."""

    name: str
    version: ScenarioVersion
    seed: int
    digest: str
    impressions: str
    events: int
    rows: dict[str, list[Any]]


@dataclass
class Fleet:
    """Launches runs of each story in turn: `steps` long, `pace` steps per second, to outlive several disturbances."""

    member: Any
    steps: int
    pace: float
    stories: list[Story] = field(default_factory=list)
    told: dict[int, Story] = field(default_factory=dict)
    started: Callable[[Run], None] = lambda _run: None
    _next: Any = None

    def undisturbed(self, kinds: int, seeds: int) -> None:
        """Let each story happen without any disturbance, on the site itself, as fast as it goes."""
        chosen = list(itertools.islice(VARIED.items(), kinds))
        launched = []
        for (name, make), seed in itertools.product(chosen, range(1, seeds + 1)):
            version = services.command_line_version(document=make())
            run = services.launch(owner=self.member, version=version, seed=seed, steps=self.steps)
            launched.append((name, version, seed, run))
        for name, version, seed, run in launched:
            while run.status not in OVER:
                time.sleep(0.05)
                run.refresh_from_db()
            if (run.status, run.token) != ("finished", 1):
                raise RuntimeError(f"an undisturbed run is {run.status} under token {run.token}: {run.error}")
            digests = (run.digest_hex, bytes(run.impressions_digest or b"").hex())
            self.stories.append(Story(name, version, seed, *digests, run.events, left_by(run)))
        self._next = itertools.cycle(self.stories)

    def fill(self) -> None:
        """Launch runs until enough are far from their end."""
        while len(self.fresh()) < AT_ONCE:
            story = next(self._next)
            about = {"owner": self.member, "version": story.version, "seed": story.seed}
            run = patiently(services.launch, **about, steps=self.steps, pace=self.pace)
            self.told[run.pk] = story
            self.started(run)

    def alive(self) -> list[Run]:
        """Return the runs that are not over, as they stand now."""
        return patiently(lambda: list(self._mine().exclude(status__in=OVER).order_by("pk")))

    def over(self) -> list[Run]:
        """Return the runs that have ended in any way."""
        return patiently(lambda: list(self._mine().filter(status__in=OVER).order_by("pk")))

    def fresh(self) -> list[Run]:
        """Return the living runs with enough steps before them to be disturbed and to go on."""
        return [run for run in self.alive() if run.step < self.steps - MARGIN]

    def _mine(self) -> Any:
        return Run.objects.filter(pk__in=self.told).select_related("scenario_version")
