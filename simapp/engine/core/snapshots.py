"""Snapshots: the whole world in one file that is either exactly what was written or refused.

Layout: a magic line, the length of a JSON header (uint64, little-endian), the header (scalars, clock,
rules, topics, and name, type and shape of every array), then one zstd frame with the arrays' bytes one
after another. The file's BLAKE2b-256 is kept apart, with the run; loading compares it first, so nothing
of a damaged file is interpreted. No pickle: a snapshot can hold numbers and text only.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import zstandard
from numpy.typing import NDArray

from simapp.engine.core.clock import Clock
from simapp.engine.core.errors import SnapshotDamaged
from simapp.engine.core.follows import Follows
from simapp.engine.core.groups import Groups
from simapp.engine.core.pairmap import PairMap
from simapp.engine.core.posts import Posts
from simapp.engine.core.products import Products
from simapp.engine.core.rules import Rules
from simapp.engine.core.texts import Texts
from simapp.engine.core.world import Users, World

MAGIC = b"sociarium snapshot 2\n"
# Level 1 keeps up with the disk; higher levels win a few per cent on these arrays.
_LEVEL = 1
_CHUNK = 1 << 20
_USERS = ("age", "gender", "rhythm", "rhythms", "level", "voice", "community", "opinions", "seen", "seen_at",
          "suspended", "automated")  # fmt: skip
_RULES = ("allow_self_rating", "exclusive_votes", "show_score", "hot_steps", "seen_memory", "report_threshold")


def save(
    world: World,
    folder: Path,
    extra: dict[str, Any] | None = None,
    *,
    halfway: Callable[[], None] | None = None,
) -> tuple[str, str, int]:
    """Write the world into `folder` (made if missing); return (file name, BLAKE2b-256 hex, bytes).

    `extra` is JSON kept in the header beside the world (see `read_extra`). The file appears under its
    name, which carries step and hash, only when it is complete and on the disk. Raises TypeError
    for arrays of objects. `halfway` is called when half of the arrays are written (tests die there).
    """
    arrays = _arrays(world)
    header = json.dumps(_header(world, arrays, extra or {}), sort_keys=True).encode()
    folder.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=".snapshot-", suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            out: Any = _Hashing(file)
            out.write(MAGIC + len(header).to_bytes(8, "little") + header)
            with zstandard.ZstdCompressor(level=_LEVEL).stream_writer(out, closefd=False) as stream:
                for place, array in enumerate(arrays.values()):
                    if halfway is not None and place == len(arrays) // 2:
                        file.flush()
                        halfway()
                    view = _bytes_of(np.ascontiguousarray(array))
                    for lo in range(0, len(view), _CHUNK):
                        stream.write(view[lo : lo + _CHUNK])
            file.flush()
            os.fsync(file.fileno())
        digest = out.hash.hexdigest()
        name = f"snapshot-{world.step:08d}-{digest[:16]}.zst"
        Path(part).replace(folder / name)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    return name, digest, out.size


def load(path: Path, expected_hash: str) -> World:
    """Read a world back. Raises SnapshotDamaged when the file is missing, or is not what was written."""
    world: World = _read(path, expected_hash, _world)
    return world


def read_extra(path: Path, expected_hash: str) -> dict[str, Any]:
    """Return the `extra` that was saved with the world; raises as `load`."""
    extra: dict[str, Any] = _read(path, expected_hash, lambda header, _stream: dict(header["extra"]))
    return extra


def _read(path: Path, expected_hash: str, build: Callable[[dict[str, Any], BinaryIO], Any]) -> Any:
    try:
        with path.open("rb") as file:
            if _digest(file) != expected_hash:
                msg = f"the snapshot {path.name} is damaged: its content does not match its hash"
                raise SnapshotDamaged(msg)
            file.seek(0)
            if file.read(len(MAGIC)) != MAGIC:
                msg = f"the snapshot {path.name} was written by another version"
                raise SnapshotDamaged(msg)
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
            with zstandard.ZstdDecompressor().stream_reader(file) as stream:
                return build(header, stream)
    except SnapshotDamaged:
        raise
    except OSError as problem:
        msg = f"the snapshot {path.name} cannot be read ({problem.strerror})"
        raise SnapshotDamaged(msg) from problem
    except (ValueError, KeyError, TypeError, zstandard.ZstdError) as problem:
        msg = f"the snapshot {path.name} cannot be decoded ({problem})"
        raise SnapshotDamaged(msg) from problem


class _Hashing:
    """A file that hashes and counts what is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.hash = hashlib.blake2b(digest_size=32)
        self.size = 0

    def write(self, data: bytes) -> int:
        self.hash.update(data)
        self.size += len(data)
        return self._file.write(data)


def _digest(file: BinaryIO) -> str:
    found = hashlib.blake2b(digest_size=32)
    while data := file.read(_CHUNK):
        found.update(data)
    return found.hexdigest()


def _sync_folder(folder: Path) -> None:
    # The name is durable only once the folder is.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _arrays(world: World) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {f"users/{name}": getattr(world.users, name) for name in _USERS}
    arrays["follows/indptr"], arrays["follows/followees"] = world.follows.indptr, world.follows.followees
    arrays |= {f"posts/{name}": array for name, array in world.posts.as_arrays().items()}
    arrays |= {f"texts/{name}": array for name, array in world.texts.to_arrays().items()}
    arrays["reactions/keys"], arrays["reactions/flags"] = world.reactions.items()
    arrays["mutes/keys"], arrays["mutes/flags"] = world.mutes.items()
    arrays |= {f"groups/{name}": array for name, array in world.groups.to_arrays().items()}
    arrays |= {f"products/{name}": array for name, array in world.products.to_arrays().items()}
    arrays["rules/offered"] = world.rules.offered
    arrays |= {f"extra/{name}": array for name, array in sorted(world.extra.items())}
    for name, array in arrays.items():
        if array.dtype.hasobject or array.dtype.fields is not None:
            msg = f"{name} has the type {array.dtype}; a snapshot holds plain numbers only"
            raise TypeError(msg)
    return arrays


def _header(world: World, arrays: dict[str, NDArray[Any]], extra: dict[str, Any]) -> dict[str, Any]:
    return {
        "step": world.step,
        "topics": list(world.topics),
        "opinion_scale": world.opinion_scale,
        "opinion_range": list(world.opinion_range),
        "mute_count": world.mute_count,
        "follows_version": world.follows.version,
        "clock": {"start": world.clock.start.isoformat(), "minutes_per_step": world.clock.minutes_per_step},
        "rules": {name: getattr(world.rules, name) for name in _RULES},
        "arrays": [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()],
        "extra": extra,
    }


def _world(header: dict[str, Any], stream: BinaryIO) -> World:
    held: dict[str, dict[str, NDArray[Any]]] = {"extra": {}}
    for name, dtype, shape in header["arrays"]:
        part, _, own = name.partition("/")
        held.setdefault(part, {})[own] = _read_array(stream, name, np.dtype(dtype), shape)
    follows = Follows(held["follows"]["indptr"], held["follows"]["followees"])
    follows.version = int(header["follows_version"])
    return World(
        clock=Clock(
            datetime.fromisoformat(header["clock"]["start"]), int(header["clock"]["minutes_per_step"])
        ),
        rules=Rules(offered=held["rules"]["offered"], **header["rules"]),
        users=_users(held["users"]),
        follows=follows,
        posts=Posts.from_arrays(held["posts"]),
        texts=Texts.from_arrays(held["texts"]),
        topics=list(header["topics"]),
        opinion_scale=float(header["opinion_scale"]),
        step=int(header["step"]),
        reactions=PairMap.from_items(held["reactions"]["keys"], held["reactions"]["flags"]),
        mutes=PairMap.from_items(held["mutes"]["keys"], held["mutes"]["flags"]),
        mute_count=int(header["mute_count"]),
        # Snapshots of earlier versions have none of these.
        groups=Groups.from_arrays(held["groups"]) if "groups" in held else Groups(),
        products=Products.from_arrays(held["products"]) if "products" in held else Products(),
        extra=held["extra"],
        opinion_range=_interval(header.get("opinion_range", (-1.0, 1.0))),
    )


def _users(columns: dict[str, NDArray[Any]]) -> Users:
    # Snapshots of earlier versions know of no automated accounts.
    nobody = np.zeros(columns["suspended"].shape[0], np.int16)
    return Users(**{"automated": nobody, **columns})


def _interval(ends: Any) -> tuple[float, float]:
    low, high = ends
    return float(low), float(high)


def _read_array(stream: BinaryIO, name: str, dtype: np.dtype[Any], shape: list[int]) -> NDArray[Any]:
    out = np.empty(shape, dtype)
    view = _bytes_of(out)
    done = 0
    while done < len(view):
        data = stream.read(min(_CHUNK, len(view) - done))
        if not data:
            msg = f"{name} ends after {done} of {len(view)} bytes"
            raise ValueError(msg)
        view[done : done + len(data)] = data
        done += len(data)
    return out


def _bytes_of(array: NDArray[Any]) -> memoryview:
    # A view of an empty array cannot be cast.
    return array.reshape(-1).view(np.uint8).data if array.size else memoryview(b"")
