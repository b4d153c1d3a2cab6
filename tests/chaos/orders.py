"""Orders to a worker: end yourself when this run reaches this place (`simapp.runs.checkpoints`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.plan import STOP, WORKER, Disturbance


@dataclass(frozen=True)
class Hit:
    """An order that was carried out: the process, the step, and the moment in seconds since 1970."""

    pid: int
    step: int
    at: float


@dataclass
class Orders:
    """The folder of orders that the site's workers look into."""

    folder: Path
    given: int = 0

    def give(self, one: Disturbance, run_id: int, step: int) -> str:
        """Order that the owner of the run ends at the disturbance's place; return the order's name."""
        self.given += 1
        name = f"{self.given:04d}"
        order = {"place": one.place, "step": step, "run": run_id}
        order |= {"worker": one.target == WORKER, "stop": one.manner == STOP}
        part = self.folder / f"{name}.part"
        part.write_text(json.dumps(order), encoding="utf-8")
        part.rename(part.with_suffix(".order"))
        return name

    def hit(self, name: str) -> Hit | None:
        """Return how the order was carried out, or None as long as it was not."""
        path = self.folder / f"{name}.hit"
        if not path.exists():
            return None
        found = json.loads(path.read_text(encoding="utf-8"))
        return Hit(found["pid"], found["step"], found["at"])

    def withdraw(self, name: str) -> bool:
        """Take an order back; False when it has just been carried out."""
        try:
            (self.folder / f"{name}.order").unlink()
        except FileNotFoundError:
            return False
        return True
