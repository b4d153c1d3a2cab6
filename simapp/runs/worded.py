"""Personas in a model's words: asked for before a run is founded, inputs of it like every reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from agents.personas.written import write_personas
from simapp.runs.minds import meter_of, thinkers

if TYPE_CHECKING:
    from agents.asking import Asker
    from agents.routing.limits import Metered, Price
    from simapp.engine.core.population import ProfileRow, Profiles
    from simapp.engine.core.streams import Streams
    from simapp.scenarios.document import Scenario


@dataclass(frozen=True)
class Worded:
    """Profiles some of whose personas were put into other words."""

    drawn: Profiles
    words: Mapping[int, str]

    def __len__(self) -> int:
        return len(self.drawn)

    def rows(self, lo: int, hi: int) -> Sequence[ProfileRow]:
        """Return rows lo .. hi - 1."""
        rows = self.drawn.rows(lo, hi)
        return [
            replace(row, persona=self.words[user]) if user in self.words else row
            for user, row in zip(range(lo, hi), rows, strict=True)
        ]


def is_worded(scenario: Scenario) -> bool:
    """Whether a model words personas of this scenario: of users who think with one, whom nobody imported."""
    models, part = scenario.minds.models, scenario.population
    return part.personas.written_by is not None and part.people is None and models is not None and bool(models.tiers)


def worded(
    drawn: Profiles, scenario: Scenario, streams: Streams, asker: Asker, prices: Mapping[tuple[str, str], Price]
) -> tuple[Profiles, Metered]:
    """Return the profiles in a model's words, and what that cost. Who is not answered keeps the drawn words.

    Raises what the asker raises: MustPause where the model must be waited for.
    """
    models, wording = scenario.minds.models, scenario.population.personas.written_by
    assert models is not None  # noqa: S101 - is_worded was asked
    assert wording is not None  # noqa: S101 - is_worded was asked
    meter = meter_of(models, asker, prices)
    users = thinkers(models, len(drawn), streams)
    rows = [drawn.rows(user, user + 1)[0] for user in users.tolist()]
    written = write_personas(rows, users.astype(np.int64), meter, wording.model, streams, wording.tier)
    return Worded(drawn, dict(zip(users.tolist(), written.personas, strict=True))), meter
