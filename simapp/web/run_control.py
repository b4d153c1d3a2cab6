"""What the buttons of a run's page do, and which of them can be pressed now."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simapp.runs import services

if TYPE_CHECKING:
    from simapp.models import Run


@dataclass(frozen=True)
class Button:
    """A button of the control bar."""

    action: str
    label: str
    icon: str
    title: str
    look: str = "secondary"
    off: bool = False

    @property
    def place(self) -> str:
        """Pause and resume take turns in one place, so that the keyboard's focus stays where it was."""
        return "turn" if self.action in {"pause", "resume"} else self.action


@dataclass(frozen=True)
class Pace:
    """A choice of speed; value "" lets the run go as fast as it can."""

    value: str
    label: str
    title: str
    on: bool


PACES = (("1", "1/s"), ("4", "4/s"), ("20", "20/s"), ("max", "max"))


def do(run: Run, member: Any, action: str, pace: str) -> None:
    """Carry out a button; raises Refused or WrongInput with one sentence."""
    if action == "pace":
        services.set_pace(run=run, member=member, pace=_pace(pace))
        return
    known = {
        "pause": services.pause,
        "resume": services.resume,
        "step": services.step_once,
        "stop": services.stop,
    }
    if action not in known:
        msg = f"action is {action[:40]!r}; it must be one of {', '.join(known)}, pace."
        raise services.Refused(msg)
    known[action](run=run, member=member)


def _quickness(choice: tuple[str, str]) -> float:
    return math.inf if choice[0] == "max" else float(choice[0])


def _pace(text: str) -> float | None:
    if text in {"", "max"}:
        return None
    try:
        return float(text)
    except ValueError:
        msg = f"pace is {text[:40]!r}; it must be a number of steps per second, or max."
        raise services.Refused(msg) from None


def buttons(run: Run) -> list[Button]:
    """The buttons of a run as it stands; the one a person is likely to want stands out."""
    over = run.status in services.OVER
    halted = run.wanted == "pause"
    stopping = run.wanted == "stop"
    if halted:
        first = Button("resume", "Resume", "play", "Go on from here", look="", off=over)
    else:
        first = Button(
            "pause", "Pause", "pause", "Pause after this step", look="secondary", off=over or stopping
        )
    step = "Make one step and pause again" if halted else "Pause the run first, then step"
    return [
        first,
        Button("step", "Step", "step", step, off=over or not halted),
        Button("stop", "Stop", "stop", "Stop for good; what was done is kept", off=over or stopping),
    ]


def paces(run: Run) -> list[Pace]:
    """The choices of speed, and a further one when the run has a speed of its own."""
    now = "max" if run.pace is None else f"{run.pace:g}"
    choices = PACES if now in dict(PACES) else sorted([*PACES, (now, f"{now}/s")], key=_quickness)
    return [
        Pace(
            value,
            label,
            "As fast as it can"
            if value == "max"
            else f"At most {value} step{'' if value == '1' else 's'} per second",
            value == now,
        )
        for value, label in choices
    ]
