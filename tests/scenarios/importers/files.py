"""Writes people files for the importer tests."""

from __future__ import annotations

import csv
import io
from typing import Any

COLUMNS = (
    "user_id", "name", "username", "following_agentid_list", "previous_tweets", "user_char", "description",
    "activity_level_frequency",
)  # fmt: skip


def x_row(i: int, **cells: Any) -> dict[str, str]:
    """Return one row of an X CSV; keywords replace cells."""
    row = {
        "user_id": str(i), "name": f"User {i}", "username": f"user{i}", "following_agentid_list": "[]",
        "previous_tweets": "[]", "user_char": f"character {i}", "description": f"about {i}",
        "activity_level_frequency": str([1] * 24),
    }  # fmt: skip
    return row | {k: str(v) for k, v in cells.items()}


def x_file(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    """Return the bytes of an X CSV with these rows."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
