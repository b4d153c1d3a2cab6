"""What an experiment will take before it is launched: runs, disk, memory, time and what its models cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.engine.core.errors import Refused
from simapp.models import ModelForecast
from simapp.runs.forecasts import Forecast, check, forecast, free_here, span
from simapp.runs.reconciler import run_slots
from simapp.runs.room import size
from simapp.scenarios.document import scenario_hash

if TYPE_CHECKING:
    from typing import Any

    from simapp.experiments.design import Plan
    from simapp.scenarios.document import Scenario


@dataclass(frozen=True)
class Preview:
    """runs: how many. needed: of all together; memory of the runs that go at once. models: sentences about what
    language models take. refused: why it cannot be launched, "" where it can."""

    arms: int
    replicates: int
    needed: Forecast
    at_once: int
    models: tuple[str, ...]
    refused: str

    @property
    def runs(self) -> int:
        """Arms times replicates."""
        return self.arms * self.replicates

    @property
    def disk(self) -> str:
        """Bytes on disk in words."""
        return size(self.needed.files + self.needed.database)

    @property
    def memory(self) -> str:
        """Bytes of memory in words."""
        return size(self.needed.memory)

    @property
    def time(self) -> str:
        """Time in words."""
        return span(self.needed.seconds)


def preview(plan: Plan, member: Any) -> Preview:
    """Return what a plan will take on this machine as it is now."""
    return preview_of(plan.documents, plan.steps, plan.design.replicates, member)


def preview_of(documents: Sequence[Scenario], steps: int, replicates: int, member: Any) -> Preview:
    """Return what so many replicates of each document will take."""
    each = [forecast(document, steps) for document in documents]
    at_once = max(1, min(run_slots(), replicates * len(each)))
    largest = sorted((one.memory for one in each for _ in range(min(replicates, at_once))), reverse=True)
    needed = Forecast(
        files=replicates * sum(one.files for one in each),
        database=replicates * sum(one.database for one in each),
        memory=sum(largest[:at_once]),
        seconds=replicates * sum(one.seconds for one in each) / at_once,
    )
    refused = ""
    try:
        check(needed, free_here())
    except Refused as problem:
        refused = str(problem).replace("The run needs", "The runs need together")
    return Preview(
        len(each), replicates, needed, at_once, tuple(_models(documents, replicates, member)), refused
    )


def _models(documents: Sequence[Scenario], replicates: int, member: Any) -> list[str]:
    """What language models take, from the newest forecast of each document that has one."""
    asked = [d for d in documents if d.minds.models is not None and d.minds.models.tiers]
    if not asked:
        return []
    hashes = [scenario_hash(document) for document in asked]
    rows = ModelForecast.objects.filter(version__document_sha256__in=hashes, member=member, status="done")
    known: dict[str, ModelForecast] = {}
    for row in rows.select_related("version").order_by("pk"):
        known[row.version.document_sha256] = row
    totals = [
        known[name].found["totals"] for name in hashes if name in known and "totals" in known[name].found
    ]
    said = []
    if totals:
        tokens = replicates * sum(one["tokens_in"][1] + one["tokens_out"][1] for one in totals)
        money = replicates * sum(one["money"][1] for one in totals)
        many = f"{len(totals)} arm{'s' if len(totals) > 1 else ''}"
        amounts = f"about {tokens:,.0f} tokens and {money:,.2f} of money".replace(",", "\u202f")
        said.append(f"Models of {many}: {amounts} in all.")
    if len(totals) < len(asked):
        left = len(asked) - len(totals)
        said.append(
            f"{left} arm{'s' if left > 1 else ''} with language models: no forecast was made yet, so what the models "
            "cost is not known. The scenario's page makes one."
        )
    return said
