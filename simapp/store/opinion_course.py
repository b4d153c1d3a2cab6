"""One user's opinions over the steps, from the logs of those steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.store.files import list_files, run_folder
from simapp.store.lineage import segments_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from simapp.store.models import Run

HANDFUL = 64  # logs read side by side


@dataclass(frozen=True)
class Logged:
    """The log of a step's opinions: where it lies."""

    step: int
    path: Path


def logs_of(run: Run, upto: int) -> list[Logged]:
    """Return the opinion logs that are still kept of the steps up to `upto`, ascending."""
    found = []
    for segment in segments_of(run, upto):
        folder = run_folder(segment.run_id)
        files = list_files(segment.run_id, "opinions", after=segment.first - 1, upto=segment.last)
        found += [Logged(step, folder / file.name) for step, file in files]
    return found


def thinned(logs: Sequence[Logged], most: int) -> tuple[list[Logged], int]:
    """Return at most `most` of the logs, evenly and the newest among them, and how far apart they are."""
    every = -(-len(logs) // most) if logs else 1
    return list(logs[::-1][::every][::-1]), max(every, 1)


def opinions_of(user: int, logs: Sequence[Logged]) -> Iterator[tuple[int, list[float]]]:
    """Yield (step, opinion by topic in [-1, 1]) of a user, ascending. A log that is gone raises OSError.

    Logs are read by what their blocks say they hold, so their hashes are not compared.
    """
    import polars as pl

    for lo in range(0, len(logs), HANDFUL):
        part = logs[lo : lo + HANDFUL]
        step_of = {str(log.path): log.step for log in part}
        rows = pl.scan_parquet(list(step_of), include_file_paths="file").filter(pl.col("user") == user).collect()
        topics = sorted((c for c in rows.columns if c.startswith("topic_")), key=lambda c: int(c.split("_")[1]))
        found = {step_of[row["file"]]: [float(row[c]) for c in topics] for row in rows.iter_rows(named=True)}
        yield from sorted(found.items())


def newest_opinions(run: Run, upto: int, topic: int) -> tuple[int, NDArray[np.float32]] | None:
    """Return (step, everybody's opinion on a topic float32[N]) of the newest log at or before a step; None for none.

    One column is read, and the hash is not compared. A log that is gone raises OSError.
    """
    import polars as pl

    logs = logs_of(run, upto)
    if not logs:
        return None
    column = pl.scan_parquet(logs[-1].path).select(f"topic_{topic}").collect().to_series()
    return logs[-1].step, column.to_numpy()
