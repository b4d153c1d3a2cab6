"""What the data dictionary is made of: columns and tables."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column; type: int8 .. int64, uint8, float32, float64 or string; missing: when it is empty."""

    name: str
    type: str
    meaning: str
    unit: str = ""
    range: str = ""
    missing: str = ""


@dataclass(frozen=True)
class Table:
    """One table of an export; rows are in the order of `order`."""

    name: str
    about: str
    order: str
    columns: tuple[Column, ...]


STEP = Column("step", "int32", "step of the run; 0 is the founding", "steps", "0 and up")
