"""Simulated time: wall time never enters the world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Clock:
    """Step s covers the `minutes_per_step` minutes from `start` + (s - 1) steps; step 0 is the start."""

    start: datetime
    minutes_per_step: int

    def minute(self, step: int) -> int:
        """Return whole simulated minutes between the start and the end of `step`."""
        return step * self.minutes_per_step

    def at(self, step: int) -> datetime:
        """Return the simulated time at the end of `step`."""
        return self.start + timedelta(minutes=self.minute(step))

    def hour(self, step: int) -> int:
        """Return the hour of the day (0 .. 23, UTC) in which `step` begins."""
        return (self.start + timedelta(minutes=self.minute(max(step - 1, 0)))).hour

    def steps_in(self, hours: float) -> int:
        """Return the number of steps that cover `hours`, at least 1."""
        return max(1, round(hours * 60 / self.minutes_per_step))
