"""Where a run's people come from: the scenario's own builder, or the uploaded file that it names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from simapp.engine.core.errors import WrongInput
from simapp.models import Upload
from simapp.runs.uploads import people_in
from simapp.scenarios.importers.to_population import population_from_import
from simapp.scenarios.population.build import build_population
from simapp.scenarios.population.profiles import GeneratedProfiles

if TYPE_CHECKING:
    from simapp.engine.core.population import Population, ProfileRow, Profiles
    from simapp.engine.core.streams import Streams
    from simapp.engine.core.world import World
    from simapp.scenarios.document import Scenario


def people_of(scenario: Scenario, streams: Streams) -> Population:
    """Return the population of a scenario under a seed, the same for the same arguments."""
    named = scenario.population.people
    if named is None:
        return build_population(scenario, streams)
    upload = Upload.objects.filter(sha256=named.upload).first()
    if upload is None:
        msg = f"population.people names the file {named.name} ({named.upload[:12]}), which is not in this database"
        raise WrongInput(msg)
    return population_from_import(people_in(upload), scenario, streams)


def profiles_of(scenario: Scenario, streams: Streams, world: World) -> Profiles:
    """Return the profile text of a restored world's users: what its population had, without building that anew."""
    if scenario.population.people is None:
        return GeneratedProfiles(
            streams, world.users.gender, world.users.age, scenario.topics, scenario.population.personas
        )
    return people_of(scenario, streams).profiles


@dataclass(frozen=True)
class LateProfiles:
    """Profiles of `users` users that are made when they are first read: most runs are never searched."""

    users: int
    make: Callable[[], Profiles]

    def __len__(self) -> int:
        return self.users

    @cached_property
    def _made(self) -> Profiles:
        return self.make()

    def rows(self, lo: int, hi: int) -> Sequence[ProfileRow]:
        """Return rows lo .. hi - 1."""
        return self._made.rows(lo, hi)
