"""Pools that were built before, kept beside the compiled modules: a process that starts need not write them anew.

Building a pool takes half a second, loading one a few milliseconds. What is kept is named by all that it comes
from: the sources of this package, its topic files, the streams, and the arguments. A file that is damaged, or a
folder that cannot be written, costs that half second and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np

from agents.text.grammar import build_pool
from agents.text.pool import TextPool
from simapp.engine.core import streams

HERE = Path(__file__).parent
KEPT = HERE / "__pycache__"
MOST_KEPT = 64
_COLUMNS = tuple(column.name for column in fields(TextPool) if column.name not in ("topics", "texts"))


def kept_pool(topics: Sequence[str], seed: int, size: int = 4096, *, folder: Path = KEPT) -> TextPool:
    """Return `grammar.build_pool` of the same arguments, from `folder` where it is there; raises what that does."""
    asked = repr((tuple(topics), seed, size)).encode()
    path = folder / f"pool-{sources()}-{hashlib.blake2b(asked, digest_size=8).hexdigest()}.npz"
    pool = _read(path, tuple(topics))
    if pool is None:
        pool = build_pool(topics, seed, size)
        _keep(path, pool)
    return pool


@cache
def sources() -> str:
    """Return a hash of everything but the arguments that texts depend on."""
    found = hashlib.blake2b(Path(streams.__file__).read_bytes(), digest_size=8)
    for path in sorted([*HERE.glob("*.py"), *HERE.glob("topics/*.toml")]):
        data = path.read_bytes()
        found.update(f"\0{path.name}\0{len(data)}\0".encode() + data)
    return found.hexdigest()


def _read(path: Path, topics: tuple[str, ...]) -> TextPool | None:
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as held:
            # Texts hold no line breaks: white space is collapsed when they are written.
            texts = held["texts"].tobytes().decode().split("\n")
            return TextPool(topics=topics, texts=texts, **{name: held[name] for name in _COLUMNS})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _keep(path: Path, pool: TextPool) -> None:
    texts = np.frombuffer("\n".join(pool.texts).encode(), np.uint8)
    held = BytesIO()
    np.savez(held, texts=texts, **{name: getattr(pool, name) for name in _COLUMNS})
    draft = path.with_suffix(f".{os.getpid()}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(held.getvalue())
        draft.replace(path)
        _let_go(path.parent)
    except OSError:
        with suppress(OSError):
            draft.unlink()


def _let_go(folder: Path) -> None:
    """Remove what other sources made, and the oldest of what is too much."""
    made = sorted(folder.glob("pool-*.npz"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    mine = [path for path in made if path.name.startswith(f"pool-{sources()}-")]
    for path in {*made} - {*mine[:MOST_KEPT]}:
        path.unlink(missing_ok=True)
