"""How an ownership of a run ended."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """How an ownership ended: the run's status, its last step, and seconds by stage summed over its steps."""

    status: str
    step: int
    stages: dict[str, float] = field(default_factory=dict)
