"""What a step changed about a user: an opinion before and after, as the record of the decision shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.store.opinion_course import logs_of, opinions_of
from simapp.web.run_feed import STANCES, side_of

if TYPE_CHECKING:
    from simapp.models import Run


@dataclass(frozen=True)
class Moved:
    """An opinion before and after a step."""

    topic: str
    before: str
    after: str
    side: int
    side_word: str
    change: str


def moved(run: Run, user: int, step: int) -> list[Moved]:
    """How the user's opinions moved in a step; nothing where the logs on both sides are not kept."""
    logs = [log for log in logs_of(run, step) if log.step >= step - 1]
    try:
        found = dict(opinions_of(user, logs))
    except OSError:
        return []
    if step not in found or step - 1 not in found:
        return []
    topics = run.scenario_version.document["topics"]
    pairs = list(zip(topics, found[step - 1], found[step], strict=True))
    return [
        Moved(topic, _opinion(old), _opinion(new), side_of(new), STANCES[side_of(new)], _change(new - old))
        for topic, old, new in pairs
        if round(old, 4) != round(new, 4)
    ]


def _opinion(value: float) -> str:
    return f"{value:.3f}".replace("-", "\u2212")


def _change(value: float) -> str:
    return f"{value:+.4f}".replace("-", "\u2212")
