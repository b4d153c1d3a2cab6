"""Where a run's people come from: the scenario's own builder, or the uploaded file that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.engine.core.errors import WrongInput
from simapp.models import Upload
from simapp.scenarios.importers.people import read_people
from simapp.scenarios.importers.to_population import population_from_import
from simapp.scenarios.population.build import build_population

if TYPE_CHECKING:
    from simapp.engine.core.population import Population
    from simapp.engine.core.streams import Streams
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
    return population_from_import(read_people(bytes(upload.bytes), name=upload.name), scenario, streams)
