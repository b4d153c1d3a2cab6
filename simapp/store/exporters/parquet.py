"""Parquet: one zstd-compressed file per table with the types of the data dictionary.

Frames go to part files first, which polars then streams into one, so that no table is ever whole in memory.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

SUFFIX = ".parquet"
NOTE = ""


class Writer:
    """One table as one file; `write` takes frames with the same columns, at least one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts_folder = path.with_suffix(".parts")
        self._parts: list[Path] = []

    def __enter__(self) -> Self:
        self._parts_folder.mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                pl.scan_parquet(self._parts).sink_parquet(self._path, compression="zstd")
        finally:
            shutil.rmtree(self._parts_folder, ignore_errors=True)

    def write(self, frame: pl.DataFrame) -> None:
        """Add the rows of a frame."""
        part = self._parts_folder / f"{len(self._parts):08d}.parquet"
        frame.write_parquet(part, compression="zstd")
        self._parts.append(part)
