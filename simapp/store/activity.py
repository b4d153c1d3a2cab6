"""What one user was shown and chose, step by step, looked up in the logs of many steps at once, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.engine.actions.registry import names_by_code
from simapp.store.files import list_files, run_folder
from simapp.store.lineage import segments_of

if TYPE_CHECKING:
    from pathlib import Path

    from simapp.store.models import Run

# A page looks through so many rows of logs at most: those of a million users fill that within a few steps.
MOST_ROWS = 12_000_000
MOST_FILES = 240


@dataclass(frozen=True)
class Active:
    """A step in which the user was active: how many posts were shown (None: no longer kept), and how often what was
    chosen, by action."""

    step: int
    shown: int | None
    chosen: dict[str, int]


@dataclass(frozen=True)
class Course:
    """Steps in which a user was active, newest first; every step above `looked` was looked at.

    more: whether steps remain to be looked at.
    """

    steps: list[Active]
    looked: int
    more: bool


def course_of(run: Run, user: int, *, before: int, most: int) -> Course:
    """Return at most `most` active steps of a user before a step, in logs that are looked through within bounds.

    Logs are read by what their blocks say they hold, so their hashes are not compared. A damaged one raises OSError.
    """
    files = _files(run, before - 1)
    steps = sorted(files, reverse=True)
    found: list[Active] = []
    looked, rows, at = before, 0, 0
    while at < len(steps) and at < MOST_FILES and rows < MOST_ROWS and len(found) < most:
        # In handfuls: a few steps usually hold what a page needs, and each handful is read side by side.
        part = steps[at : at + 24]
        cut = next((i + 1 for i in range(len(part)) if _rows(files, part[: i + 1]) >= MOST_ROWS // 4), len(part))
        part = part[:cut]
        at += len(part)
        rows += _rows(files, part)
        found += _active(files, part, user)
        looked = part[-1]
    cut_off = len(found) > most
    found = found[:most]
    if cut_off or len(found) == most:
        looked = found[-1].step
    return Course(found, looked, more=any(step < looked for step in steps))


@dataclass
class _Logs:
    decisions: Path
    rows: int
    impressions: Path | None = None


def _files(run: Run, upto: int) -> dict[int, _Logs]:
    """Return the logs of each step in which anybody was active."""
    found: dict[int, _Logs] = {}
    for segment in segments_of(run, upto):
        folder, first = run_folder(segment.run_id), max(segment.first, 1)
        for step, file in list_files(segment.run_id, "decisions", after=first - 1, upto=segment.last):
            found[step] = _Logs(folder / file.name, file.rows)
        for step, file in list_files(segment.run_id, "impressions", after=first - 1, upto=segment.last):
            if step in found:
                found[step].impressions = folder / file.name
                found[step].rows += file.rows
    return found


def _rows(files: dict[int, _Logs], steps: list[int]) -> int:
    return sum(files[step].rows for step in steps)


def _active(files: dict[int, _Logs], steps: list[int], user: int) -> list[Active]:
    names = names_by_code()
    chosen = _counted({step: files[step].decisions for step in steps}, "actor", user, "code")
    kept = {step: path for step in steps if (path := files[step].impressions) is not None and step in chosen}
    shown = _counted(kept, "viewer", user, None)
    return [
        Active(
            step,
            sum(shown.get(step, {}).values()) if step in kept else None,
            {names.get(code, str(code)): count for code, count in sorted(chosen[step].items())},
        )
        for step in steps
        if step in chosen
    ]


def _counted(paths: dict[int, Path], column: str, user: int, by: str | None) -> dict[int, dict[int, int]]:
    """Count a user's rows by step and, within it, by a column (all under 0 without one)."""
    import polars as pl

    if not paths:
        return {}
    step_of = {str(path): step for step, path in paths.items()}
    rows = pl.scan_parquet(list(step_of), include_file_paths="file").filter(pl.col(column) == user)
    keys = ["file", *([by] if by else [])]
    counts = rows.group_by(keys).agg(pl.len().alias("count")).collect()
    found: dict[int, dict[int, int]] = {}
    for row in counts.iter_rows(named=True):
        found.setdefault(step_of[row["file"]], {})[int(row[by]) if by else 0] = int(row["count"])
    return found
