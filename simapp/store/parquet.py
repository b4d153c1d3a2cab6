"""Wide logs of a step as Parquet: impressions, decisions and opinions, one file of each per step."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simapp.store.files import FileRow, keep_file, make_durable, read_verified, sweep

if TYPE_CHECKING:
    import polars as pl

    from simapp.engine.record import StepRecord


__all__ = ["FileRow", "read_log", "read_rows", "sweep", "write_step_files"]


def write_step_files(folder: Path, record: StepRecord, *, opinions: bool = True) -> list[FileRow]:
    """Write a step's logs durably below the run's folder; return the rows that register them.

    A log without rows makes no file. `opinions` false leaves the opinions out (a run may keep them
    less often than every step).
    """
    makers = {"impressions": impressions_frame, "decisions": decisions_frame}
    if opinions:
        makers["opinions"] = opinions_frame
    later: list[Path] = []
    # One after the other: of a million users the frames together are as large as half of the world.
    kept = [_keep(folder, record.step, kind, make(record), later) for kind, make in makers.items()]
    make_durable(later)
    return [file for file in kept if file is not None]


def impressions_frame(record: StepRecord) -> pl.DataFrame:
    """viewer i32, post i64 (key), rank u8 (0 = top), score f32, source u8, in canonical order."""
    import polars as pl

    shown = record.impressions
    return pl.DataFrame(
        {
            "viewer": shown.viewer,
            "post": shown.post,
            "rank": shown.rank,
            "score": shown.score,
            "source": shown.source,
        },
        schema={
            "viewer": pl.Int32,
            "post": pl.Int64,
            "rank": pl.UInt8,
            "score": pl.Float32,
            "source": pl.UInt8,
        },
    )


def decisions_frame(record: StepRecord) -> pl.DataFrame:
    """Every decision, do-nothing included: who, what, on which post (key), by which tier and why."""
    import polars as pl

    chosen, tier = record.decisions.actions, record.decisions.tier
    return pl.DataFrame(
        {
            "actor": chosen.actor,
            "code": chosen.code,
            "n": chosen.n,
            "target": record.decision_targets,
            "user": chosen.user,
            "text": chosen.text,
            "topic": chosen.topic,
            "stance": chosen.stance,
            "opinion": chosen.opinion,
            "appeal": chosen.appeal,
            "item": chosen.item,
            "amount": chosen.amount,
            "tier": tier,
            "reason": record.decisions.reason,
        },
        schema={
            "actor": pl.Int32,
            "code": pl.UInt8,
            "n": pl.UInt16,
            "target": pl.Int64,
            "user": pl.Int32,
            "text": pl.Int32,
            "topic": pl.Int16,
            "stance": pl.Float32,
            "opinion": pl.Float32,
            "appeal": pl.Float32,
            "item": pl.Int32,
            "amount": pl.Int16,
            "tier": pl.UInt8,
            "reason": pl.UInt8,
        },
    )


def opinions_frame(record: StepRecord) -> pl.DataFrame:
    """user i32 and one f32 column per topic, `topic_0` first, as shown in [-1, 1]."""
    import polars as pl

    shown = record.opinions
    columns = {f"topic_{t}": np.ascontiguousarray(shown[:, t]) for t in range(shown.shape[1])}
    return pl.DataFrame({"user": np.arange(shown.shape[0], dtype=np.int32), **columns})


def read_log(folder: Path, file: FileRow) -> pl.DataFrame:
    """Read a registered log of the run in `folder`, after its hash was compared. Raises FileDamaged."""
    import polars as pl

    return pl.read_parquet(io.BytesIO(read_verified(folder / file.name, file.hash)))


def read_rows(folder: Path, file: FileRow, column: str, value: int) -> pl.DataFrame:
    """Read the rows of a registered log in which a column has a value, after its hash was compared. Raises FileDamaged.

    Blocks that cannot hold the value are passed over: of a million users' log a few are read.
    """
    import polars as pl

    data = io.BytesIO(read_verified(folder / file.name, file.hash))
    return pl.scan_parquet(data).filter(pl.col(column) == value).collect()


def _keep(
    folder: Path, step: int, kind: str, frame: pl.DataFrame, later: list[Path]
) -> FileRow | None:
    if not frame.height:
        return None
    name, digest, size = keep_file(
        folder / kind,
        lambda path: frame.write_parquet(path, compression="zstd", compression_level=1),
        stem=f"{kind}-{step:08d}",
        suffix=".parquet",
        later=later,
    )
    return FileRow(kind, f"{kind}/{name}", digest, size, frame.height)
