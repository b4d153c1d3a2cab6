"""JSON Lines: one object per row, null for missing. Post identities need 64-bit integers."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

SUFFIX = ".jsonl"
NOTE = "In JSON Lines files post identities go beyond 2^53: read them as 64-bit integers, not as floats."


class Writer:
    """One table as one file; `write` takes frames with the same columns."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows of a frame."""
        frame.write_ndjson(self._file)
