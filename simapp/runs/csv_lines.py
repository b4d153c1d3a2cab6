"""CSV of what a page shows: in pieces, what is missing as an empty cell, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from simapp.scenarios.importers.cells import is_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CSV = "text/csv; charset=utf-8"
_PIECE = 60_000  # characters
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield the rows as CSV, about 60,000 characters at a time; None and NaN are empty cells."""
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        if held.tell() > _PIECE:
            yield held.getvalue()
            held.seek(0)
            held.truncate()
    yield held.getvalue()


def plain(text: str) -> str:
    """Return the text as a spreadsheet shows it, and never takes it for a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        # A bare carriage return is not quoted by the writer and would end the row for a reader.
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        return text if is_number(text) else plain(text)
    return "" if value is None or value != value else value
