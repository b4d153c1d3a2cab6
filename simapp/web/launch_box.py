"""The launch box: seed, length, speed and name of a run, as typed and as checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import Refused
from simapp.engine.core.streams import MAX_SEED
from simapp.runs.forecasts import check, forecast, free_here
from simapp.runs.reply_source import files_of_study, notes_of, notes_of_cache

if TYPE_CHECKING:
    from django.http import QueryDict

    from simapp.models import ScenarioVersion
    from simapp.scenarios.document import Scenario

MAX_STEPS = 100_000
PACES = (
    ("", "as fast as it can"),
    ("10", "10 steps/s"),
    ("4", "4 steps/s"),
    ("2", "2 steps/s"),
    ("1", "1 step/s"),
)

ANSWERS = (("models", "language models answer"), ("cache", "from the reply cache"))


@dataclass
class Box:
    """What was typed, what `services.launch` is to get (wishes), problems: field -> sentence."""

    seed: str
    steps: str = ""
    pace: str = ""
    title: str = ""
    answers: str = "models"
    wishes: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    paces: tuple[tuple[str, str], ...] = PACES
    who: tuple[tuple[str, str], ...] = ANSWERS


def fresh(seed: int) -> Box:
    """Return the box of a page just opened."""
    return Box(seed=str(seed))


def sent(form: QueryDict) -> Box:
    """Return the box a browser sent, each field checked by itself."""
    seed, steps, pace, title, answers = (
        form.get(f"run-{name}", "").strip()[:200] for name in ("seed", "steps", "pace", "title", "answers")
    )
    box = Box(seed=seed, steps=steps, pace=pace, title=title, answers=answers or "models")
    box.wishes = {
        "title": "".join(char for char in box.title if char.isprintable()),
        "answers": box.answers,
    }
    if box.answers not in dict(ANSWERS):
        words = ", ".join(dict(ANSWERS))
        box.problems["answers"] = f"answers is {box.answers[:40]!r}; it must be one of {words}."
    _whole(box, "seed", box.seed, low=0, high=MAX_SEED, empty=False)
    _whole(box, "steps", box.steps, low=1, high=MAX_STEPS, empty=True)
    if box.pace in dict(PACES):
        box.wishes["pace"] = float(box.pace) if box.pace else None
    else:
        words = ", ".join(word for _, word in PACES)
        box.problems["pace"] = f"speed is {box.pace[:40]!r}; it must be one of {words}."
    return box


def kept(form: QueryDict) -> Box:
    """Return what was typed, unchecked, for a page that is shown again for another reason."""
    box = sent(form)
    box.problems = {}
    return box


@dataclass(frozen=True)
class Needs:
    """What a launch says beforehand: what the run needs, and why it would be refused ("" where it would not)."""

    sentence: str
    refused: str


def needs(document: Scenario) -> Needs:
    """Return what a run of the document's own length needs on this machine as it is now."""
    found = forecast(document, document.clock.steps)
    try:
        check(found, free_here())
    except Refused as problem:
        return Needs(found.sentence, str(problem))
    return Needs(found.sentence, "")


def cache_of(member: Any, version: ScenarioVersion, document: Scenario | None) -> dict[str, Any]:
    """Return what the box says of the reply cache; nothing where users of the document do not think with models."""
    if document is None or document.minds.models is None or not document.minds.models.tiers:
        return {"has_models": False}
    files = list(files_of_study(member, version)[:5])
    if files:
        named = "; ".join(f"{file.name} for seed {file.seed}" for file in files)
        notes = [note for file in files for note in notes_of(file)]
        line = f"The reply cache is what you took in ({named}), for other seeds what models answered here."
    else:
        notes, line = notes_of_cache(version), "The reply cache is what models answered here to the same questions."
    return {"has_models": True, "cache_line": line, "cache_notes": notes}


def _whole(box: Box, name: str, text: str, *, low: int, high: int, empty: bool) -> None:
    if not text and empty:
        box.wishes[name] = None
    elif text.isascii() and text.isdecimal() and len(text) < 20 and low <= int(text) <= high:
        box.wishes[name] = int(text)
    else:
        shown = text[:40] or "empty"
        box.problems[name] = f"{name} is {shown}; it must be a whole number from {low} to {high}."
