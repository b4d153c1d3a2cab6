"""The door: a run and a format go in, a folder with a manifest comes out, or nothing does."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simapp.engine.core.errors import WrongInput
from simapp.store.exporters import csv, jsonl, manifest, oasis, oasis_dictionary, oasis_notes, parquet
from simapp.store.exporters.dictionary import Table
from simapp.store.exporters.source import Source
from simapp.store.models import Run
from simapp.store.retention import no_longer_kept

Progress = Callable[[float, str], None]

_TABULAR: dict[str, Any] = {"csv": csv, "jsonl": jsonl, "parquet": parquet}
FORMATS = (*_TABULAR, "oasis")


class NoSuchPlace(WrongInput):
    """A folder that cannot be made where it was asked for."""


def export_run(
    run_id: int,
    format: str,
    out: Path,
    progress: Progress = lambda _share, _doing: None,
    *,
    legacy_reposts: bool = False,
) -> dict[str, Any]:
    """Write a run's data into the new folder `out` and return its manifest.

    csv, jsonl and parquet make one file per table of the data dictionary; oasis makes `<run>.db`, with
    legacy_reposts in the form of OASIS's first databases, where a repost's text spells out who shared it from
    whom (`user<A> repost from user<B>. original_post: <content of the target>`, nested once per hop), its likes
    are those of what it shows, and a microblog's times are minutes. progress is
    called with a share in 0 .. 1 and what is being done. The folder appears when it is complete; a failure
    leaves nothing. Raises WrongInput for an unknown run or format, a run without a founding, or a folder
    that holds something or cannot be made, or for legacy_reposts in another format than oasis.
    """
    if format not in FORMATS:
        msg = f"format is {format!r}; it must be one of {', '.join(FORMATS)}"
        raise WrongInput(msg)
    if legacy_reposts and format != "oasis":
        msg = f"legacy reposts are an option of the format oasis, not of {format}"
        raise WrongInput(msg)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        msg = f"{out} exists already; name a folder to create"
        raise WrongInput(msg)
    source = _open(run_id)
    part = _make_part(out)
    try:
        if format == "oasis":
            tables, notes = oasis_dictionary.tables(), oasis_notes.notes_for(source, legacy_reposts=legacy_reposts)
            files = oasis.write(source, part, progress, legacy_reposts=legacy_reposts)
        else:
            tables, notes = source.tables(), [_TABULAR[format].NOTE]
            files = _write_tables(source, tables, part, _TABULAR[format], progress)
        # Looked up last, so that what went while this was written is named too.
        notes = [*notes, *no_longer_kept(source.segments)]
        files += manifest.write_companions(source, part, tables, notes)
        made = manifest.write_manifest(source, part, format, files, notes)
        part.replace(out)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    progress(1.0, "done")
    return made


def _make_part(out: Path) -> Path:
    part = out.parent / f".{out.name}-{secrets.token_hex(6)}.part"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir()
    except OSError as problem:
        msg = f"{out} cannot be made: {problem.strerror}."
        raise NoSuchPlace(msg) from None
    return part


def _open(run_id: int) -> Source:
    try:
        source = Source.of(run_id)
    except Run.DoesNotExist:
        msg = f"there is no run {run_id}"
        raise WrongInput(msg) from None
    if source.upto < 0:
        msg = f"run {run_id} has no steps yet"
        raise WrongInput(msg)
    return source


def _write_tables(
    source: Source, tables: list[Table], folder: Path, kind: Any, progress: Progress
) -> list[dict[str, Any]]:
    progress(0.0, "counting rows")
    counts = {table.name: source.count(table) for table in tables}
    whole = max(sum(counts.values()), 1)
    done = 0
    files: list[dict[str, Any]] = []
    for table in tables:
        path, rows = folder / f"{table.name}{kind.SUFFIX}", 0
        with kind.Writer(path) as writer:
            writer.write(source.empty(table))
            for frame in source.frames(table):
                writer.write(frame)
                rows += frame.height
                progress(
                    min((done + rows) / whole, 0.999),
                    f"{table.name}: {rows:,} of {counts[table.name]:,} rows",
                )
        done += rows
        columns = [column.name for column in table.columns]
        files.append(manifest.entry(path, about=table.about, table=table.name, rows=rows, columns=columns))
    return files
