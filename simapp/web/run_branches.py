"""Forking, rewinding and deleting on a run's page: what was typed, checked, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings

from simapp.engine.core.errors import SociariumError
from simapp.runs import deletion, forks, rewinds
from simapp.runs.branches import relatives
from simapp.runs.keeping import set_keep
from simapp.store.retention import KEPT

if TYPE_CHECKING:
    from django.http import QueryDict

    from simapp.models import Run

MOST_CHANGES = 50
_NAMES = ("at", "changes", "steps", "seed", "title", "to")


@dataclass
class Typed:
    """What was typed into the forms, shown again beside what was wrong with it. open: which form it was."""

    at: str = ""
    changes: str = ""
    steps: str = ""
    seed: str = ""
    title: str = ""
    to: str = ""
    inputs: bool = True
    open: str = ""
    problem: str = ""
    more: dict[str, Any] = field(default_factory=dict)


def fresh(run: Run) -> Typed:
    """Return the forms of a page just opened."""
    return Typed(at=str(forks.usual_step(run)), to=str(max(run.step - 1, 0)))


def sent(form: QueryDict, run: Run, which: str) -> Typed:
    """Return what a browser sent, cut to what can be meant."""
    typed = fresh(run)
    for name in _NAMES:
        if name in form:
            setattr(typed, name, form[name].strip()[: 5000 if name == "changes" else 200])
    typed.inputs = form.get("inputs") == "on"
    typed.open = which
    return typed


def fork(run: Run, member: Any, typed: Typed) -> Run:
    """Fork the run as typed; raises WrongInput or Refused with one sentence."""
    changes = [line.strip() for line in typed.changes.splitlines() if line.strip()]
    if len(changes) > MOST_CHANGES:
        msg = f"changes has {len(changes)} lines; it may have {MOST_CHANGES}."
        raise SociariumError(msg)
    return forks.fork(
        run=run,
        at=_whole("at", typed.at),
        member=member,
        changes=changes,
        steps=_whole("steps", typed.steps) if typed.steps else None,
        seed=_whole("seed", typed.seed) if typed.seed else None,
        title="".join(char for char in typed.title if char.isprintable()),
        inputs=typed.inputs,
    )


def rewind(run: Run, member: Any, typed: Typed, *, confirmed: bool) -> Run:
    """Rewind the run as typed; return its archived tail."""
    to = _whole("to", typed.to)
    _confirm(confirmed)
    return rewinds.rewind(run=run, to=to, member=member)


def delete(run: Run, member: Any, *, confirmed: bool) -> deletion.Deleted:
    """Delete the run and its tails."""
    _confirm(confirmed)
    return deletion.delete(run=run, member=member)


def keep(run: Run, member: Any, form: QueryDict) -> None:
    """Set how long the run keeps its files."""
    set_keep(run=run, member=member, keep={name: form.get(name, "")[:100] for name in KEPT})


def context(run: Run, member: Any, typed: Typed | None = None) -> dict[str, Any]:
    """What the page says about a run's relatives, and its forms."""
    return {
        "relatives": relatives(run, member),
        "typed": typed or fresh(run),
        "changeable": forks.CHANGEABLE,
        "kept": [(name, run.keep.get(name, ""), settings.SOCIARIUM_KEEP[name]) for name in KEPT],
        "can_rewind": run.step > 0 and run.tail_of_id is None,
    }


def _confirm(confirmed: bool) -> None:
    if not confirmed:
        msg = "Nothing was done: tick the box to confirm it."
        raise SociariumError(msg)


def _whole(name: str, text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 20:
        return int(text)
    msg = f"{name} is {text[:40] or 'empty'}; it must be a whole number."
    raise SociariumError(msg)
