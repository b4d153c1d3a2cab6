"""A table whose columns nobody has named yet: read as it is, with what each column holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import Any

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.importers.cells import is_number, read_list
from simapp.scenarios.importers.findings import MAX_BYTES, MAX_COLUMNS, MAX_ROWS
from simapp.scenarios.importers.packed import as_text, unpack
from simapp.scenarios.importers.table_csv import csv_rows

SAMPLES, SAMPLE_LENGTH, DISTINCT = 5, 60, 1000
LOOKED_AT = 2_000
_SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class Table:
    """header: column names as written [C]. rows: JSON values [R][C], None for a missing cell. whole: all are here.

    ragged: (row counted from 0, number of cells) of rows that do not fit the header; they are not among `rows`, whose
    numbers are in `numbers`.
    """

    header: list[str]
    rows: list[list[Any]]
    numbers: list[int]
    ragged: list[tuple[int, int]]
    whole: bool


@dataclass(frozen=True)
class Column:
    """What a column holds. filled: cells that are not empty; distinct: different ones, -1 for DISTINCT or more."""

    name: str
    filled: int
    distinct: int
    kind: str
    samples: list[str]

    @property
    def facts(self) -> str:
        """The same in words."""
        if not self.filled:
            return "empty"
        different = f"{DISTINCT} or more" if self.distinct < 0 else str(self.distinct)
        return f"{self.kind}, {self.filled} filled, {different} different"


def read_columns(data: bytes, *, most: int = MAX_ROWS) -> Table:
    """Return the first `most` rows of a CSV (`,` `;` tab or `|` between; gzip or plain) or of a JSON list of objects.

    WrongInput with one sentence for what is no table with a header and at least one row.
    """
    if len(data) > MAX_BYTES:
        raise WrongInput(f"The file has {len(data)} bytes; at most {MAX_BYTES} are accepted.")
    text = as_text(unpack(data, limit=2 * MAX_BYTES))
    table = _objects(text, most) if text.lstrip()[:1] == "[" else _lines(text, most)
    if not table.rows:
        raise WrongInput("The file has no row below its header.")
    return table


def columns_of(table: Table) -> list[Column]:
    """Return what each column holds."""
    return [_column(name, [row[i] for row in table.rows]) for i, name in enumerate(table.header)]


def shown(value: Any) -> str:
    """Return a cell as text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _objects(text: str, most: int) -> Table:
    try:
        listed = json.loads(text)
    except json.JSONDecodeError as error:
        msg = f"The file is not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        raise WrongInput(msg) from None
    except (ValueError, RecursionError):
        raise WrongInput("The JSON file is nested too deeply or holds a number with too many digits.") from None
    if len(listed) > MAX_ROWS:
        raise WrongInput(f"The file lists {len(listed)} rows; at most {MAX_ROWS} are accepted.")
    header: dict[str, None] = {}
    for item in listed:
        if isinstance(item, dict):
            header.update(dict.fromkeys(item))
        if len(header) > MAX_COLUMNS:
            raise WrongInput(f"The objects of the file have more than {MAX_COLUMNS} different fields.")
    if not header:
        raise WrongInput("The JSON file holds no object; each user or follow is an object with named fields.")
    rows, numbers, ragged = [], [], []
    for number, item in enumerate(listed[:most]):
        if isinstance(item, dict):
            rows.append([item.get(name) for name in header])
            numbers.append(number)
        else:
            ragged.append((number, 1))
    return Table(list(header), rows, numbers, ragged, len(listed) <= most)


def _lines(text: str, most: int) -> Table:
    first = text.lstrip("\r\n").partition("\n")[0]
    mark = max(_SEPARATORS, key=first.count)
    lines = (cells for _, cells in csv_rows(text, mark))
    header = [cell.strip() for cell in next(lines, [])]
    while header and not header[-1]:
        header.pop()
    _check_header(header)
    rows, numbers, ragged = [], [], []
    for number, cells in enumerate(islice(lines, most)):
        if number >= MAX_ROWS:
            raise WrongInput(f"The file has more than {MAX_ROWS} rows.")
        # Empty cells at the end of a line are a habit of spreadsheets.
        if len(cells) > len(header) and not any(cell.strip() for cell in cells[len(header) :]):
            cells = cells[: len(header)]
        if len(cells) == len(header):
            rows.append([cell if cell.strip() else None for cell in cells])
            numbers.append(number)
        else:
            ragged.append((number, len(cells)))
    return Table(header, rows, numbers, ragged, next(lines, None) is None)


def _check_header(header: list[str]) -> None:
    if len(header) > MAX_COLUMNS:
        raise WrongInput(f"The file has {len(header)} columns; at most {MAX_COLUMNS} are accepted.")
    for i, name in enumerate(header):
        if not name:
            raise WrongInput(f"Column {i + 1} has no name in the header.")
        if name in header[:i]:
            raise WrongInput(f"The column {plain(name)} appears twice in the header.")


def plain(name: str) -> str:
    """Return a column's name for a sentence."""
    return "".join(c if c.isprintable() else "?" for c in name[:40])


def _column(name: str, cells: list[Any]) -> Column:
    texts = [shown(cell) for cell in cells if cell not in (None, "", [])]
    different = dict.fromkeys(texts)
    samples = [_cut(text) for text in islice(different, SAMPLES)]
    return Column(name, len(texts), len(different) if len(different) < DISTINCT else -1, _kind(texts), samples)


def _cut(text: str) -> str:
    return text if len(text) <= SAMPLE_LENGTH else text[: SAMPLE_LENGTH - 1] + "…"


def _kind(texts: list[str]) -> str:
    some = texts[:200]
    if not some:
        return "empty"
    if all(is_number(text) for text in some):
        return "numbers"
    if all(text.strip().startswith("[") and not isinstance(read_list(text), str) for text in some):
        return "lists"
    return "text"
