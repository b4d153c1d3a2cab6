"""CSV: UTF-8, comma, header; empty for missing, "" for an empty text.

A spreadsheet runs a cell that begins with = + - @ (also full-width), tab, return or newline as a formula.
Text cells that begin so, or with an apostrophe, get one apostrophe in front. To read a text column back
exactly, remove one leading apostrophe where there is one. Numbers are written as they are.
(OWASP, "CSV Injection".)
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

SUFFIX = ".csv"
NOTE = (
    "In CSV files one apostrophe was put before text cells that begin with an apostrophe, = + - @ (also "
    "full-width), a tab, a return or a newline, so that no spreadsheet runs them; remove one leading "
    "apostrophe to get the text back."
)
_STARTS = r"^['=+\-@\t\r\n＝＋－＠]"


class Writer:
    """One table as one file; `write` takes frames with the same columns."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows of a frame; the first call writes the header too."""
        guarded(frame).write_csv(self._file, include_header=not self._begun)
        self._begun = True


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with its text columns made safe for spreadsheets."""
    texts = [pl.col(name) for name, kind in frame.schema.items() if kind == pl.String]
    return frame.with_columns(
        pl.when(text.str.contains(_STARTS))
        .then(pl.lit("'") + text)
        .otherwise(text)
        .alias(text.meta.output_name())
        for text in texts
    )
