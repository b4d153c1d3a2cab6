"""The form of a new experiment: what was typed, and the design it stands for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simapp.experiments.design import MOST_ARMS, MOST_CHANGES, ArmDesign, Design, DesignInvalid

if TYPE_CHECKING:
    from django.http import QueryDict

FIELDS_SHOWN = 1  # empty pairs of path and value at the end of each arm


@dataclass
class TypedArm:
    """One arm as typed: pairs of path and value, and lines path=value. problem: one sentence."""

    number: int
    name: str = ""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    lines: str = ""
    problem: str = ""

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The pairs, with room for another."""
        return [*self.pairs, *[("", "")] * FIELDS_SHOWN]

    @property
    def changes(self) -> tuple[str, ...]:
        """What the arm sets, pairs first."""
        typed = [f"{path}={value}" for path, value in self.pairs if path]
        return tuple(typed + [line.strip() for line in self.lines.splitlines() if line.strip()])


@dataclass
class Typed:
    """The whole form as typed; problems: field -> sentence."""

    scenario: str = ""
    title: str = ""
    question: str = ""
    replicates: str = "10"
    first_seed: str = "1"
    steps: str = ""
    reading: str = "last"
    metrics: list[str] = field(default_factory=list)
    arms: list[TypedArm] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)

    def take(self, invalid: DesignInvalid) -> None:
        """Put each sentence where it belongs."""
        self.problems.update(invalid.problems)
        for arm in self.arms:
            arm.problem = self.problems.pop(f"arm-{arm.number}", "")


def fresh(scenario: str = "") -> Typed:
    """Return the form of a page just opened: a control and one arm beside it."""
    return Typed(scenario=scenario, arms=[TypedArm(0, "control"), TypedArm(1)])


def sent(form: QueryDict) -> Typed:
    """Return what a browser sent, cut to what can be meant."""
    typed = Typed(metrics=[name[:60] for name in form.getlist("metrics")[:40]])
    for name in ("scenario", "title", "question", "replicates", "first_seed", "steps", "reading"):
        setattr(typed, name, _plain(form.get(name, ""))[:400])
    numbers = [i for i in range(4 * MOST_ARMS) if f"arm-{i}-name" in form]
    for place, i in enumerate(numbers[: MOST_ARMS + 1]):
        paths, values = form.getlist(f"arm-{i}-path"), form.getlist(f"arm-{i}-value")
        pairs = [(_plain(p)[:200], _plain(v)[:2000]) for p, v in zip(paths, values, strict=False)]
        typed.arms.append(
            TypedArm(
                place,
                _plain(form.get(f"arm-{i}-name", ""))[:200],
                [(path, value) for path, value in pairs if path][: MOST_CHANGES + 1],
                form.get(f"arm-{i}-lines", "").replace("\0", "")[:20_000],
            )
        )
    return typed


def design_of(typed: Typed) -> Design:
    """Return the design that was typed; DesignInvalid for numbers that are none."""
    problems: dict[str, str] = {}
    numbers: dict[str, Any] = {}
    for name, text in (("replicates", typed.replicates), ("first_seed", typed.first_seed), ("steps", typed.steps)):
        if name == "steps" and not text:
            numbers[name] = None
        elif text.isascii() and text.isdecimal() and len(text) < 20:
            numbers[name] = int(text)
        else:
            problems[name] = f"{name} is {text[:40] or 'empty'}; it must be a whole number."
    if problems:
        raise DesignInvalid(problems)
    arms = tuple(ArmDesign(arm.name, arm.changes) for arm in typed.arms)
    return Design(
        title=typed.title, question=typed.question, arms=arms, metrics=tuple(typed.metrics), reading=typed.reading,
        **numbers,
    )  # fmt: skip


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()
