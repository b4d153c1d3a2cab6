"""What the owner of a run does now, in words: why no step comes, although nothing is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simapp.models import Run

# Stages of an owner outside of an ordinary step; those of a step come from the engine's loop.
OPENING, PEOPLE, WORLD, SNAPSHOT = "opening", "people", "world", "snapshot"
_REPEATING = "repeating "
A_MEMBER = "a member to resume it"

_FOUNDING = {
    PEOPLE: "drawing them and whom they follow",
    WORLD: "laying out their network",
    "apply": "writing the first posts",
    "remember": "writing the first posts",
    "measure": "measuring the network and opinions",
    "commit": "writing it to the database",
    SNAPSHOT: "saving a snapshot",
}


def doing(step: int, users: int | None, stage: str) -> str:
    """Return what is done at `stage`, as a sentence without its full stop; "" in a step like any other.

    step: the newest committed one, -1 before the founding; users: of the run, None while nobody has counted them.
    """
    if stage.startswith(_REPEATING):
        return f"{stage}, which were done after the newest snapshot"
    if step < 0 or stage in (PEOPLE, WORLD):
        # Also anew: where no snapshot of a run is good, it begins at its founding.
        part = _FOUNDING.get(stage, "")
        whole = "founding the world" if users is None else f"founding the world of {users:,} users"
        return whole.replace(",", "\u202f") + (f": {part}" if part else "")
    if stage == OPENING:
        return "opening the world at its newest snapshot"
    if stage == SNAPSHOT:
        return f"saving a snapshot of step {step}"
    return ""


def doing_of(run: Run) -> str:
    """Return what the owner of `run` does, as far as its last heartbeat told; "" where it has none."""
    if run.status != "running" or run.lease_until is None:
        return ""
    return told(run, run.step, str(run.heartbeat.get("stage") or ""))


def told(run: Run, step: int, stage: str) -> str:
    """Return what the owner of `run` does at `stage` after `step`."""
    document = run.scenario_version.document
    # People from a file are counted when they are read; until then the row has what a document says without one.
    uncounted = run.started is None and (document.get("population") or {}).get("people")
    return doing(step, None if uncounted else run.users, stage)


def waits_for(run: Run) -> str:
    """Return what the run waits for, "" for nothing.

    A wish to go on is heard at once; that a worker is needed for it is noted a moment later.
    """
    if run.waiting == A_MEMBER and run.wanted == "run" and run.status == "paused":
        return "a run worker to go on with it"
    return str(run.waiting)


def repeating(step: int, last: int) -> str:
    """Return the stage of an owner that repeats steps which are committed, up to `last`."""
    return f"{_REPEATING}step {step} of {last}"
