"""Files of a run: named by their content, complete before they have a name, registered with their step.

A file that is not registered in run_file does not belong to the run: its step was rolled back, or its
writer died. `sweep` removes such files.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from simapp.engine.core.errors import SociariumError

KINDS = ("impressions", "decisions", "opinions", "snapshot")


class FileDamaged(SociariumError):
    """A registered file that is missing or not what was written."""


@dataclass(frozen=True)
class FileRow:
    """A file of a step: `kind` (KINDS), `name` in the run's folder of that kind, BLAKE2b-256 `hash` as
    hex, `bytes`, `rows` (0 for a snapshot)."""

    step: int
    kind: str
    name: str
    hash: str
    bytes: int
    rows: int = 0


def runs_root() -> Path:
    """The folder that holds one folder per run."""
    return Path(settings.SOCIARIUM_DATA_ROOT) / "runs"


def folder_of(run_id: int, kind: str) -> Path:
    """The folder of one kind of file of a run; it may not exist yet."""
    if kind not in KINDS:
        msg = f"unknown kind of file {kind!r}; known: {', '.join(KINDS)}"
        raise ValueError(msg)
    return runs_root() / str(int(run_id)) / kind


def path_of(run_id: int, file: FileRow) -> Path:
    """Where a registered file lies."""
    return folder_of(run_id, file.kind) / file.name


def keep_bytes(folder: Path, data: bytes, *, stem: str, suffix: str) -> tuple[str, str]:
    """Write `data` durably as `<stem>-<16 hex of its hash><suffix>`; return (name, hash).

    The folder is made if missing. A reader never sees a part of the file under its name.
    """
    digest = hashlib.blake2b(data, digest_size=32).hexdigest()
    name = f"{stem}-{digest[:16]}{suffix}"
    folder.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=f".{stem}-", suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(folder / name)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    sync_folder(folder)
    return name, digest


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_verified(path: Path, expected_hash: str) -> bytes:
    """Return a file's bytes. Raises FileDamaged when it is missing or its hash differs."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        msg = f"the file {path.name} cannot be read ({problem.strerror})"
        raise FileDamaged(msg) from problem
    if hashlib.blake2b(data, digest_size=32).hexdigest() != expected_hash:
        msg = f"the file {path.name} is damaged: its content does not match its hash"
        raise FileDamaged(msg)
    return data


def register_files(cursor: Any, run_id: int, files: Iterable[FileRow]) -> None:
    """Register files with their step; a snapshot written again for the same step replaces the first."""
    rows = [(run_id, f.step, f.kind, f.name, f.hash, f.bytes, f.rows) for f in files]
    if rows:
        cursor.executemany(
            "INSERT INTO run_file (run_id, step, kind, name, hash, bytes, rows) VALUES (%s, %s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (run_id, kind, step) DO UPDATE SET name = excluded.name, hash = excluded.hash, "
            "bytes = excluded.bytes, rows = excluded.rows, good = true",
            rows,
        )


def list_files(
    cursor: Any, run_id: int, kind: str, *, after: int = -1, upto: int | None = None, newest: bool = False
) -> list[FileRow]:
    """Return the good files of a kind with after < step <= upto, by step (newest first on request)."""
    cursor.execute(
        "SELECT step, kind, name, hash, bytes, rows FROM run_file WHERE run_id = %s AND kind = %s AND good "
        "AND step > %s AND step <= %s ORDER BY step" + (" DESC" if newest else ""),
        [run_id, kind, after, 2**31 - 1 if upto is None else upto],
    )
    return [FileRow(*row) for row in cursor.fetchall()]


def mark_bad(cursor: Any, run_id: int, file: FileRow) -> None:
    """Remember that a registered file turned out damaged, so that nobody tries it again."""
    cursor.execute(
        "UPDATE run_file SET good = false WHERE run_id = %s AND kind = %s AND step = %s AND hash = %s",
        [run_id, file.kind, file.step, file.hash],
    )


def drop_old_snapshots(cursor: Any, run_id: int, *, keep: int) -> Sequence[FileRow]:
    """Unregister all but the `keep` newest snapshots and return what left; `sweep` removes the files."""
    old = list_files(cursor, run_id, "snapshot", newest=True)[keep:]
    if old:
        cursor.execute(
            "DELETE FROM run_file WHERE run_id = %s AND kind = 'snapshot' AND step = ANY(%s)",
            [run_id, [f.step for f in old]],
        )
    return old


def sweep(cursor: Any, run_id: int) -> list[str]:
    """Remove files of a run that are not registered and return their names.

    Call it only as the owner of the run and between steps: a file that is written but not yet
    registered looks exactly like one that a dead owner left.
    """
    removed: list[str] = []
    for kind in KINDS:
        folder = folder_of(run_id, kind)
        if not folder.is_dir():
            continue
        cursor.execute("SELECT name FROM run_file WHERE run_id = %s AND kind = %s", [run_id, kind])
        known = {row[0] for row in cursor.fetchall()}
        for path in sorted(folder.iterdir()):
            if path.is_file() and path.name not in known:
                path.unlink(missing_ok=True)
                removed.append(path.name)
    return removed
