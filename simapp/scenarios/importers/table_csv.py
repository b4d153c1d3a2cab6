"""A CSV with a header and known columns; rows that cannot be used are left out with their reason."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.importers.graph_findings import LeftOut
from simapp.scenarios.importers.packed import as_text, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD, NUMBER = "word", "number"
Kind = str | tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """What a file must and may have: by column, `word` (any text), `number`, or the words that are accepted.

    rest: whether all other columns are numbers that belong to the row, in the order of the header.
    """

    needed: dict[str, Kind]
    optional: dict[str, Kind] = field(default_factory=dict)
    rest: bool = False


@dataclass(frozen=True)
class TableImport:
    """R rows. words: texts [R] by column; numbers: floats [R] by column; rest: floats [R][columns]."""

    words: dict[str, list[str]]
    numbers: dict[str, list[float]]
    rest: list[list[float]]
    skipped: list[LeftOut]

    @property
    def rows(self) -> int:
        """Number of rows R."""
        return len(self.rest)


def read_table(data: bytes, columns: Columns) -> TableImport:
    """Return the rows of a CSV, gzip or plain; WrongInput when a needed column or every row is missing."""
    lines = csv_rows(as_text(unpack(data)))
    header = [cell.strip().lower() for cell in next(lines, (1, []))[1]]
    missing = [name for name in columns.needed if name not in header]
    if missing:
        found = ", ".join(cell[:40] for cell in header[:12]) or "none"
        raise WrongInput(f"The file has no column {missing[0]} (found: {found}).")
    known = {**columns.needed, **{n: k for n, k in columns.optional.items() if n in header}}
    others = [i for i, name in enumerate(header) if name not in known] if columns.rest else []
    found_rows = TableImport(
        {name: [] for name, kind in known.items() if kind != NUMBER},
        {name: [] for name, kind in known.items() if kind == NUMBER},
        [],
        [],
    )
    for place, cells in lines:
        problem = _take(cells, header, known, others, found_rows)
        if problem:
            found_rows.skipped.append(LeftOut(f"line {place}", problem))
    if not found_rows.rows:
        why = f" ({found_rows.skipped[0]})" if found_rows.skipped else ""
        raise WrongInput(f"The file has no row that can be used{why}.")
    return found_rows


def _take(cells: list[str], header: list[str], known: dict[str, Kind], others: list[int], into: TableImport) -> str:
    if len(cells) != len(header):
        return f"It has {len(cells)} cells; the header has {len(header)}."
    row = {name: cells[header.index(name)].strip() for name in known}
    numbers: dict[str, float] = {}
    for name, kind in known.items():
        if kind == NUMBER:
            number = _number(row[name])
            if number is None:
                return f"Its {name} is {row[name][:40] or 'empty'}, not a number."
            numbers[name] = number
        elif kind != WORD and row[name] not in kind:
            return f"Its {name} is {row[name][:40] or 'empty'}, not one of {', '.join(kind)}."
    rest = [_number(cells[i]) for i in others]
    if None in rest:
        return f"Its {header[others[rest.index(None)]]} is no number."
    for name in into.words:
        into.words[name].append(row[name])
    for name in into.numbers:
        into.numbers[name].append(numbers[name])
    into.rest.append([number for number in rest if number is not None])
    return ""


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def csv_rows(text: str, mark: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of every row that is not blank, `mark` between cells; WrongInput where the text is no CSV."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    while True:
        try:
            row = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise WrongInput(f"The file is not valid CSV at line {lines.line_num}: {error}.") from None
        if row:
            yield lines.line_num, row
