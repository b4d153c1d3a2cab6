"""An export's folder: the manifest read, every file compared with it, nothing outside of the folder touched."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simapp.engine.core.errors import WrongInput
from simapp.store.exporters import csv, jsonl, manifest, parquet
from simapp.store.exporters.dictionary import REPLIES, TABLES

SUFFIXES = {"parquet": parquet.SUFFIX, "csv": csv.SUFFIX, "jsonl": jsonl.SUFFIX}
MOST_JSON = 16 << 20  # bytes of a JSON file: a manifest, a scenario
MOST_FILES = 100


@dataclass(frozen=True)
class Folder:
    """A checked folder. entries: what the manifest says of each file, by name."""

    path: Path
    format: str
    entries: dict[str, dict[str, Any]]

    @classmethod
    def opened(cls, path: Path) -> Folder:
        """Read the manifest and compare every file with it. Raises WrongInput naming the file."""
        said = _object(path / manifest.NAME)
        if said.get("manifest_version") != 1:
            msg = f"{manifest.NAME} has the manifest_version {said.get('manifest_version')!r}; this program reads 1"
            raise WrongInput(msg)
        format_ = said.get("format")
        if format_ not in SUFFIXES:
            msg = f"{manifest.NAME} has the format {format_!r}; a run can be imported from {', '.join(SUFFIXES)}"
            raise WrongInput(msg)
        folder = cls(path, format_, _entries(said.get("files")))
        needed = [f"{table.name}{SUFFIXES[format_]}" for table in TABLES if table is not REPLIES]
        needed += ["scenario.json", "provenance.json"]
        for name in needed:
            if name not in folder.entries:
                msg = f"{manifest.NAME} does not name {name}, which an import needs"
                raise WrongInput(msg)
        for name, entry in folder.entries.items():
            _compare(path / name, entry)
        return folder

    def table(self, name: str) -> Path:
        """Return the file of a table."""
        return self.path / f"{name}{SUFFIXES[self.format]}"

    def object(self, name: str) -> dict[str, Any]:
        """Return the JSON object in a file."""
        return _object(self.path / name)

    def holds(self, table: str) -> bool:
        """Whether the folder has a table: exports from before there were models have none of replies."""
        return self.table(table).name in self.entries

    @property
    def people(self) -> bytes | None:
        """The file that the scenario's people come from; None where the export has none."""
        return (self.path / manifest.PEOPLE).read_bytes() if manifest.PEOPLE in self.entries else None


def _entries(files: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(files, list) or len(files) > MOST_FILES:
        msg = f"{manifest.NAME} has no list of at most {MOST_FILES} files"
        raise WrongInput(msg)
    found: dict[str, dict[str, Any]] = {}
    for place, entry in enumerate(files):
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not isinstance(entry.get("sha256"), str):
            msg = f"{manifest.NAME}: file {place} has no name or no sha256"
            raise WrongInput(msg)
        # Only plain names: whatever else a manifest says, nothing beside the folder is read.
        if name != Path(name).name or name.startswith(".") or "\\" in name or "\0" in name or len(name) > 255:
            msg = f"{manifest.NAME} names the file {name[:100]!r}, which is no plain name in the folder"
            raise WrongInput(msg)
        if name in found:
            msg = f"{manifest.NAME} names {name} twice"
            raise WrongInput(msg)
        found[name] = entry
    return found


def _compare(path: Path, entry: dict[str, Any]) -> None:
    if path.is_symlink():
        msg = f"{path.name} is a link; an export holds files"
        raise WrongInput(msg)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        msg = f"{path.name} is missing"
        raise WrongInput(msg) from None
    except OSError as problem:
        msg = f"{path.name} cannot be read: {problem.strerror}"
        raise WrongInput(msg) from None
    if digest != entry["sha256"]:
        msg = f"{path.name} is not the file that was exported: its SHA-256 is not the manifest's"
        raise WrongInput(msg)


def _object(path: Path) -> dict[str, Any]:
    try:
        if path.is_symlink() or path.stat().st_size > MOST_JSON:
            msg = f"{path.name} is a link or larger than {MOST_JSON >> 20} MiB"
            raise WrongInput(msg)
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        msg = f"{path.name} is missing in {path.parent}"
        raise WrongInput(msg) from None
    except OSError as problem:
        msg = f"{path.name} cannot be read: {problem.strerror}"
        raise WrongInput(msg) from None
    except (ValueError, RecursionError):
        msg = f"{path.name} is not JSON"
        raise WrongInput(msg) from None
    if not isinstance(found, dict):
        msg = f"{path.name} is not a JSON object"
        raise WrongInput(msg)
    return found
