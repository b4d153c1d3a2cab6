"""The form of one kind of intervention: its inputs, what was typed into them, and what is wrong with it.

Fields, ranges and help are those of the scenario's own classes; only how each is typed is decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from simapp.runs.wishes import KINDS
from simapp.scenarios.names import FEED_PRESETS
from simapp.scenarios.parts.happenings import InterventionPart
from simapp.scenarios.parts.moderation import POST_WORDS
from simapp.scenarios.yaml_text import read_scalar
from simapp.web.intervention_words import GROUPS, TITLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

    from simapp.models import Run
    from simapp.scenarios.parts.base import Part
    from simapp.scenarios.problems import ScenarioProblem

_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_WIDGETS = {
    "author": "user", "user": "user", "post": "post", "topic": "choice", "preset": "choice", "group": "choice",
    "how": "choice", "stance": "number", "appeal": "number", "share": "number", "activity": "number", "params": "yaml",
}  # fmt: skip
_LONG = ("inject_post", "note_post")
_LABELS = {
    "author": "Author", "user": "Account", "post": "Post", "topic": "Topic", "preset": "Feed", "group": "Group",
    "how": "How", "stance": "Stance", "appeal": "Appeal", "share": "Share", "activity": "Activity",
    "params": "Settings of the feed", "text": "Text",
}  # fmt: skip
_UNITS = {"share": "0 to 1", "stance": "−1 to 1", "appeal": "0 to 1", "activity": "times"}
# Where an empty choice is allowed, what it says.
_NOTHING = {"topic": "all, or the first", "group": "everybody"}
_FIRST = {"author": "most_followed", "user": "", "post": "", "share": "0.1"}
LONGEST = 5000


@dataclass(frozen=True)
class Option:
    """One choice of an input."""

    value: str
    word: str
    chosen: bool


@dataclass
class Input:
    """One input as shown. widget: line, longtext, number, choice, yaml, user or post."""

    name: str
    label: str
    widget: str
    help: str
    text: str
    unit: str = ""
    longest: int = 0
    options: list[Option] = field(default_factory=list)
    fault: str = ""

    @property
    def id(self) -> str:
        """The id of the input in the page."""
        return f"i-{self.name}"


@dataclass
class Form:
    """The form as shown. when: "now" or "at" with the step in `at`. faults: what belongs to no input."""

    kind: str
    inputs: list[Input]
    when: str = "now"
    at: str = ""
    at_fault: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What the kind is called."""
        return TITLES[self.kind]

    @property
    def about(self) -> str:
        """What the kind does, in the words of its class."""
        return (_classes()[self.kind].__doc__ or "").split("\n\n")[0].strip().replace("`", "")

    def said(self) -> dict[str, Any]:
        """Return what was typed as an intervention, not yet checked."""
        values = {one.name: _value(self.kind, one) for one in self.inputs}
        return {"kind": self.kind, **{name: value for name, value in values.items() if value is not _LEFT_OUT}}

    def step(self) -> int | None:
        """Return the step that was typed, None for now. Raises ValueError with one sentence."""
        if self.when != "at":
            return None
        text = "".join(self.at.split())
        if not (text.isascii() and text.isdecimal() and 0 < len(text) < 10):
            msg = f"at is {self.at[:40] or 'empty'}; it must be a whole number, a step to come."
            raise ValueError(msg)
        return int(text)

    def take(self, problems: list[ScenarioProblem]) -> None:
        """Put each problem beside the input that it is about."""
        by = {one.name: one for one in self.inputs}
        for problem in problems:
            name = next((part for part in problem.path.split(".") if part in by), "")
            if name and not by[name].fault:
                by[name].fault = problem.message
            elif problem.path == "at":
                self.at_fault = problem.message
            elif not name:
                self.faults.append(problem.message)


_LEFT_OUT = object()


def groups_for(run: Run) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the kinds that this run can have, by heading."""
    models = run.scenario_version.document["minds"].get("models") or {}
    remembers = bool(models.get("tiers")) and bool((models.get("memory") or {}).get("keep"))
    return [(heading, list(kinds)) for heading, kinds in GROUPS if heading != "Memory" or remembers]


def form_of(run: Run, typed: Mapping[str, str], *, fresh: bool = False) -> Form:
    """Return the form of the kind that is asked for, filled with what was typed; fresh: inputs begin as usual."""
    kind = typed.get("kind", "")
    kind = kind if kind in KINDS else KINDS[0]
    inputs = []
    for name, info in _classes()[kind].model_fields.items():
        if name in ("kind", "at", "pipeline") or (name == "group" and not _groups(run)):
            continue
        text = typed.get(name, _usual(name, info) if fresh else "")[:LONGEST].replace("\r\n", "\n")
        inputs.append(_input(run, kind, name, info, text))
    later = typed.get("when") == "at"
    # The page's own `at` is the step that is looked at, and no wish.
    return Form(kind, inputs, "at" if later else "now", typed.get("at", "")[:20] if later or not fresh else "")


@cache
def _classes() -> dict[str, type[Part]]:
    classes = get_args(get_args(InterventionPart)[0])
    return {one.model_fields["kind"].default: one for one in classes}


def _usual(name: str, info: FieldInfo) -> str:
    if name in _FIRST:
        return _FIRST[name]
    return "" if info.is_required() or info.default is None or name == "params" else str(info.default)


def _input(run: Run, kind: str, name: str, info: FieldInfo, text: str) -> Input:
    widget = _WIDGETS.get(name, "longtext" if kind in _LONG else "line")
    about = (info.description or "").replace("-1 to 1", "\u22121 to 1").replace("Topic slug; one of", "One of")
    found = Input(name, _LABELS.get(name, name), widget, about, text, _UNITS.get(name, ""))
    if widget == "choice":
        found.options = _options(run, name, info, text)
    if name == "params":
        found.help = "One per line, as in explore: 0.2. Empty: as the preset has them."
    if name == "post":
        found.help = f"Search by handle or words, or one of {', '.join(POST_WORDS)}."
    if name in ("author", "user"):
        found.help = "A handle, a number, most_followed or random."
    return found


def _options(run: Run, name: str, info: FieldInfo, text: str) -> list[Option]:
    choices = {
        "topic": list(run.scenario_version.document["topics"]),
        "preset": [preset for preset in FEED_PRESETS if preset != "custom"],
        "group": _groups(run),
        "how": ["random", "across", "within", "cut"],
    }[name]
    found = [Option(value, value, value == text) for value in choices]
    if not info.is_required() and name in _NOTHING:
        found.insert(0, Option("", _NOTHING[name], not text))
    if text and text not in choices:
        found.append(Option(text, text, chosen=True))
    return found


def _groups(run: Run) -> list[str]:
    return [group["name"] for group in run.scenario_version.document["feed"].get("groups") or ()]


def _value(kind: str, one: Input) -> Any:
    info = _classes()[kind].model_fields[one.name]
    text = one.text if one.widget == "longtext" else one.text.strip()
    if one.widget == "yaml":
        return read_scalar(text) if text else {}
    if not text and not info.is_required():
        return _LEFT_OUT
    if one.widget != "number":
        return text
    if not text:
        return _LEFT_OUT
    plain = text.replace("\u2212", "-").replace("\u202f", "")
    if not _NUMBER.fullmatch(plain) or len(plain) > 30:
        return text
    return int(plain) if plain.lstrip("+-").isdecimal() else float(plain)
