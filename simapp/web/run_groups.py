"""Headings of the list of runs in groups: what a group holds, what its runs came to, and whether it is folded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.metrics.registry import metric_named
from simapp.runs import run_lists
from simapp.runs.run_settings import in_words
from simapp.web.numbers import three_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from simapp.models import Run
    from simapp.runs.run_lists import Group, Measured
    from simapp.web.run_query import Query
    from simapp.web.run_rows import Row


@dataclass(frozen=True)
class Came:
    """What one headline metric came to over a group: mean, "± 0.02" where it spreads, "of 3" where not all have it."""

    label: str
    mean: str
    spread: str
    of: str
    words: str


@dataclass(frozen=True)
class Heading:
    """What stands above a group. toggle: the address in which it is folded, or open again."""

    value: str
    held: Group | None
    came: list[Came]
    folded: bool
    toggle: str


def put_headings(lines: Sequence[Row], found: QuerySet[Run], query: Query) -> None:
    """Put a heading above the first line of each group."""
    values = [line.run.group_value for line in lines]  # type: ignore[attr-defined]
    counted = {repr(one.value): one for one in run_lists.groups(found, query.wish, values)}
    for nth, (line, value) in enumerate(zip(lines, values, strict=True)):
        if nth == 0 or value != values[nth - 1]:
            name, held = in_words(value) or "none", counted.get(repr(value))
            came = [_came(one, held.runs) for one in held.measured] if held else []
            line.group = Heading(name, held, came, name in query.folded, query.with_fold(name))


def _came(found: Measured, runs: int) -> Came:
    label, mean = metric_named(found.name).label, three_digits(found.mean)
    of = f"of {found.runs}" if found.runs < runs else ""
    said = f"{label}: mean over {found.runs} of {runs} runs"
    if found.spread is None:
        return Came(label, mean, "", of, said)
    spread = three_digits(found.spread)
    return Came(label, mean, f"\u00b1 {spread}", of, f"{said}, standard deviation {spread}")
