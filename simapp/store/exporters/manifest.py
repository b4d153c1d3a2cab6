"""What an export says about itself: files with hashes, where the data come from, what columns mean."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from simapp.store.exporters.dictionary import Table, as_markdown
from simapp.store.exporters.source import Source
from simapp.store.models import Upload

NAME = "manifest.json"
PEOPLE = "people.file"


def write_companions(
    source: Source, folder: Path, tables: Sequence[Table], notes: Sequence[str]
) -> list[dict[str, Any]]:
    """Write scenario.json, provenance.json and the data dictionary; return their entries."""
    made = [
        _json(folder / "scenario.json", source.document, "The scenario document that the run executed."),
        _json(
            folder / "provenance.json", provenance(source), "Seed, digests, versions and platform of the run."
        ),
    ]
    made += _people(source, folder)
    described = {table.name: asdict(table) for table in tables}
    made.append(
        _json(folder / "data_dictionary.json", described, "Every column: type, unit, range, meaning.")
    )
    page = folder / "data_dictionary.md"
    page.write_text(_dictionary_page(tables, notes), encoding="utf-8")
    made.append(entry(page, about="The same for reading."))
    return made


def write_manifest(
    source: Source, folder: Path, format: str, files: list[dict[str, Any]], notes: Sequence[str]
) -> dict[str, Any]:
    """Write manifest.json and return it: the export with every file's SHA-256, and where it comes from."""
    manifest = {
        "manifest_version": 1,
        "run": source.run.pk,
        "format": format,
        "exported": timezone.now().isoformat(timespec="seconds"),
        "steps": source.upto,
        "users": source.run.users,
        "files": files,
        "notes": [note for note in notes if note],
        "provenance": provenance(source),
    }
    (folder / NAME).write_text(_text(manifest), encoding="utf-8")
    return manifest


def provenance(source: Source) -> dict[str, Any]:
    """Return what is needed to repeat the run, as JSON types."""
    run, version = source.run, source.run.scenario_version
    return {
        "sociarium": software_version(),
        "run": run.pk,
        "title": run.title,
        "scenario": version.scenario.slug,
        "scenario_title": version.scenario.title,
        "scenario_version": version.number,
        "scenario_sha256": version.document_sha256,
        "seed": run.seed,
        "answers": run.answers,
        "prices": run.prices,
        "status": run.status,
        "step": source.upto,
        "steps_planned": run.steps,
        "digest": run.digest_hex,
        "forked_from": run.parent_id or "",
        "fork_step": "" if run.fork_step is None else run.fork_step,
        "made_by": [
            {
                "run": part.run.pk,
                "steps": [part.first, part.last],
                "scenario_sha256": part.run.scenario_version.document_sha256,
                "seed": part.run.seed,
            }
            for part in source.segments
            if part.run is not None
        ],
        "created": run.created.isoformat(timespec="seconds"),
        "fingerprint": run.fingerprint,
    }


def software_version() -> str:
    """Return the project's version, from the file that says it."""
    file = Path(settings.BASE_DIR) / "pyproject.toml"
    if not file.is_file():
        return "unknown"
    return str(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"])


def entry(path: Path, *, about: str, **more: Any) -> dict[str, Any]:
    """Return what the manifest says about one file: name, bytes, SHA-256, what it is, and `more`."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest, "about": about, **more}


def _json(path: Path, value: Any, about: str) -> dict[str, Any]:
    path.write_text(_text(value), encoding="utf-8")
    return entry(path, about=about)


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _people(source: Source, folder: Path) -> list[dict[str, Any]]:
    """The file that the scenario's people come from, under a name of ours: without it nobody can repeat the run."""
    named = (source.document.get("population") or {}).get("people") or {}
    upload = Upload.objects.filter(sha256=named.get("upload", "")).first()
    if upload is None:
        return []
    path = folder / PEOPLE
    path.write_bytes(bytes(upload.bytes))
    return [entry(path, about="The file that the scenario's people come from, as it was handed in.")]


def _dictionary_page(tables: Sequence[Table], notes: Sequence[str]) -> str:
    said = [f"{note}\n" for note in notes if note]
    return "\n".join(["# Data dictionary", "", *said, as_markdown(tables)])
