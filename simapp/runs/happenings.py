"""Everything that was done to a run from outside, or is planned: its scenario's interventions and its members'."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from simapp.engine.orders import gives_orders
from simapp.models import RunInput
from simapp.runs.points import past_of
from simapp.runs.services import OVER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from simapp.models import Run

PLANNED, DONE, NEVER = "planned", "done", "never"


@dataclass
class Happening:
    """One intervention. settings: as in the scenario, or of a member's as in the input log (topics are indices).

    step: when it is due; until: the last step of what lasts, else None. by, created: the member, "" and None for the
    scenario. seq: of a member's, None else. order: its place among those of its step that give orders, which is the
    `n` of their events (engine/orders.py); -1 for others. letter: A, B, ... in the order of steps.
    """

    step: int
    kind: str
    settings: dict[str, Any]
    state: str
    by: str = ""
    created: datetime | None = None
    seq: int | None = None
    until: int | None = None
    order: int = -1
    letter: str = ""
    topics: list[str] = field(default_factory=list)

    @property
    def topic(self) -> str:
        """The topic's slug, "" for none."""
        named = self.settings.get("topic")
        if isinstance(named, int):
            return self.topics[named] if 0 <= named < len(self.topics) else ""
        return str(named or "")


def happenings(run: Run) -> list[Happening]:
    """Return all of them by step, the scenario's before the members' of the same step."""
    document = run.scenario_version.document
    found = []
    for item in document.get("interventions") or []:
        settings = {name: value for name, value in item.items() if name not in ("kind", "at")}
        found.append(Happening(int(item["at"]), str(item["kind"]), settings, "", until=item.get("until")))
    found += _of_members(run)
    found.sort(key=lambda one: one.step)  # stable: as listed, then as added
    orders: dict[int, int] = {}
    for place, one in enumerate(found):
        one.letter, one.topics = letters(place), list(document.get("topics") or [])
        one.state = _state(run, one.step)
        if gives_orders(one.kind):
            one.order = orders.get(one.step, 0)
            orders[one.step] = one.order + 1
    return found


def letters(place: int) -> str:
    """Return A .. Z, AA, AB, ... for 0, 1, 2, ..."""
    word = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        word = chr(ord("A") + rest) + word
    return word


def _state(run: Run, step: int) -> str:
    if step <= run.step:
        return DONE
    return NEVER if run.status in OVER or step > run.steps else PLANNED


def _of_members(run: Run) -> Iterable[Happening]:
    waiting = Q(run_id=run.rows, step__gt=run.step)
    rows = list(RunInput.objects.filter(past_of(run) | waiting).order_by("step", "seq"))
    members = get_user_model().objects.filter(pk__in={row.member_id for row in rows if row.member_id})
    names = {member.pk: member.get_username() for member in members}
    for row in rows:
        who = names.get(row.member_id, "a member")
        yield Happening(row.step, row.kind, dict(row.payload), "", by=who, created=row.created, seq=row.seq)
