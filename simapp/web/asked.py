"""What the address of a run's view asks for: the step, the topic, and the cohort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.runs.cohorts import asked_cohort
from simapp.web.run_frame import at_of, number

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import Cohort, Run


@dataclass(frozen=True)
class Asked:
    """What the address asks for. step: what is looked at, the newest where at is None."""

    at: int | None
    step: int
    topic: int
    topics: list[str]
    cohort: Cohort | None

    @property
    def topic_word(self) -> str:
        """The topic in the scenario's words."""
        return self.topics[self.topic]

    @classmethod
    def of(cls, request: HttpRequest, run: Run) -> Asked:
        """Read the query. Raises ValueError with one sentence."""
        at, topic = at_of(request, run), number(request, "topic", 0)
        topics = list(run.scenario_version.document["topics"])
        if not 0 <= topic < len(topics):
            msg = f"topic must be a number from 0 to {len(topics) - 1}."
            raise ValueError(msg)
        return cls(at, run.step if at is None else at, topic, topics, asked_cohort(request, run))
