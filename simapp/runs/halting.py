"""How a run is left in the middle of a step that cannot be made now."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agents.routing.limits import MustPause
from simapp.runs.asking import StoppedWaiting
from simapp.runs.doing import A_MEMBER

__all__ = ["MustPause", "StoppedWaiting", "left_as"]


def left_as(halt: MustPause | StoppedWaiting, wanted: str) -> tuple[str, dict[str, Any]]:
    """Return the status of a run that `halt` stopped, and the fields to set with it; wanted: what members want of it.

    Whoever takes it next makes the step anew, with the replies that are recorded.
    """
    if wanted == "stop":
        return "stopped", {"waiting": "", "ended": timezone.now(), "heartbeat": {}}
    if isinstance(halt, MustPause):
        return "paused", {"waiting": str(halt), "wanted": "pause", "pause_at": None}
    if wanted == "run":
        return "running", {"waiting": "another worker: the one that had it was stopped"}
    return "paused", {"waiting": A_MEMBER, "wanted": "pause", "pause_at": None}
