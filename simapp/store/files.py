"""Files of a run: named by their content, complete before they have a name, registered with their step.

A file that is not registered in run_file does not belong to the run: its step was rolled back, or its
writer died. `sweep` removes such files.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from simapp.engine.core.errors import SociariumError
from simapp.store.rows import RunFile

KINDS = ("impressions", "decisions", "opinions", "tallies", "audience", "snapshot")


class FileDamaged(SociariumError):
    """A registered file that is missing or not what was written."""


@dataclass(frozen=True)
class FileRow:
    """A file of a step: `kind` (KINDS), `name` below the run's folder, BLAKE2b-256 `hash` as hex, `bytes`,
    `rows` (1 for a snapshot)."""

    kind: str
    name: str
    hash: str
    bytes: int
    rows: int


def run_folder(run_id: int) -> Path:
    """The folder of a run's logs and snapshots; it may not exist yet."""
    return Path(settings.SOCIARIUM_DATA_ROOT) / "runs" / str(int(run_id))


def keep_bytes(folder: Path, data: bytes, *, stem: str, suffix: str) -> tuple[str, str]:
    """Write `data` durably as `<stem>-<16 hex of its hash><suffix>`; return (name, hash).

    The folder is made if missing. A reader never sees a part of the file under its name.
    """
    return keep_file(folder, lambda path: path.write_bytes(data), stem=stem, suffix=suffix)[:2]


def keep_file(
    folder: Path, write: Callable[[Path], Any], *, stem: str, suffix: str, later: list[Path] | None = None
) -> tuple[str, str, int]:
    """Let `write` fill a file and keep it as `keep_bytes` does; return (name, hash, bytes).

    With `later` the file is not durable yet: it and its folder are added there, for `make_durable`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=f".{stem}-", suffix=".part", dir=folder)
    os.close(handle)
    try:
        write(Path(part))
        with Path(part).open("r+b") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).hexdigest()
            size = file.tell()
            if later is None:
                os.fsync(file.fileno())
        name = f"{stem}-{digest[:16]}{suffix}"
        Path(part).replace(folder / name)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    if later is None:
        sync(folder)
    else:
        later += [folder / name, folder]
    return name, digest, size


def make_durable(paths: Sequence[Path]) -> None:
    """Make files and the names in folders durable, all at once: in turn each would wait for the disk."""
    if paths:
        with ThreadPoolExecutor(len(paths), thread_name_prefix="sync") as pool:
            for _ in pool.map(sync, dict.fromkeys(paths)):
                pass


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
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


def write_files(cursor: Any, run_id: int, step: int, files: Iterable[FileRow]) -> None:
    """Register files with their step; a snapshot written again for the same step replaces the first."""
    rows = [(run_id, step, f.kind, f.name, f.hash, f.bytes, f.rows) for f in files]
    if rows:
        # One statement: after a pipeline of several the server does not count how long a transaction says nothing.
        cursor.execute(
            "INSERT INTO run_file (run_id, step, kind, name, hash, bytes, rows) VALUES "  # noqa: S608 - placeholders only
            + ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(rows))
            + " ON CONFLICT (run_id, kind, step) DO UPDATE SET name = excluded.name, hash = excluded.hash, "
            "bytes = excluded.bytes, rows = excluded.rows, good = true, kept = true",
            [value for row in rows for value in row],
        )


def list_files(run_id: int, kind: str, *, upto: int, after: int = -1) -> list[tuple[int, FileRow]]:
    """Return (step, file) of the good files of a kind that are still kept, with after < step <= upto, by step."""
    found = RunFile.objects.filter(run_id=run_id, kind=kind, good=True, kept=True, step__gt=after, step__lte=upto)
    columns = found.order_by("step").values_list("step", "kind", "name", "hash", "bytes", "rows")
    return [(row[0], FileRow(*row[1:])) for row in columns]


def still_kept(run_id: int, kind: str, step: int) -> bool:
    """Whether the file of a step is still kept: one that is not may be gone since it was listed."""
    return RunFile.objects.filter(run_id=run_id, kind=kind, step=step, kept=True).exists()


def sweep(run_id: int, folder: Path) -> list[str]:
    """Remove files below a run's folder that are not registered; return their names.

    Call it only as the owner of the run and between steps: a file that is written but not yet
    registered looks exactly like one that a dead owner left.
    """
    known = set(RunFile.objects.filter(run_id=run_id, kept=True).values_list("name", flat=True))
    removed: list[str] = []
    for kind in KINDS:
        for path in sorted((folder / kind).glob("*")) if (folder / kind).is_dir() else ():
            name = f"{kind}/{path.name}"
            if path.is_file() and name not in known:
                path.unlink(missing_ok=True)
                removed.append(name)
    return removed
