"""The file of a network's drawing: what a browser draws, in the very bytes in which it draws it.

Layout, gzip-compressed, all words of 4 bytes little-endian. Eight words: the letters SNET, the version, n nodes, e
edges, k communities, the step of the follow graph, two zeros. Then places float32[n, 2], users int32[n] (ascending),
followers int32[n], communities int32[n], edges int32[e, 2]: places in the list of nodes, follower -> followee.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simapp.store.files import FileDamaged, keep_bytes, read_verified, run_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.store.cohorts import NetworkLayout

FOLDER = "layouts"
_MAGIC, _VERSION, _HEAD = b"SNET", 1, 8


@dataclass(frozen=True)
class Drawing:
    """A drawn graph: see the layout of the file for shapes."""

    step: int
    communities: int
    places: NDArray[np.float32]
    users: NDArray[np.int32]
    followers: NDArray[np.int32]
    community: NDArray[np.int32]
    edges: NDArray[np.int32]

    def packed(self) -> bytes:
        """Return the bytes of the file; the same drawing gives the same bytes."""
        head = np.zeros(_HEAD, "<i4")
        head[0] = np.frombuffer(_MAGIC, "<i4")[0]
        head[1:6] = _VERSION, self.users.shape[0], self.edges.shape[0], self.communities, self.step
        parts = (
            self.places.astype("<f4"), self.users.astype("<i4"), self.followers.astype("<i4"),
            self.community.astype("<i4"), self.edges.astype("<i4"),
        )  # fmt: skip
        return gzip.compress(head.tobytes() + b"".join(part.tobytes() for part in parts), 6, mtime=0)


def unpacked(data: bytes) -> Drawing:
    """Return what `packed` made. Raises FileDamaged."""
    try:
        words = np.frombuffer(gzip.decompress(data), "<i4")
    except (OSError, EOFError, ValueError, zlib.error) as problem:
        raise FileDamaged("the file of a drawing is damaged: it cannot be unpacked") from problem
    if words.shape[0] < _HEAD or words[0] != np.frombuffer(_MAGIC, "<i4")[0] or words[1] != _VERSION:
        raise FileDamaged("the file of a drawing is damaged: it is not what was written")
    n, e, k, step = (int(word) for word in words[2:6])
    body = words[_HEAD:]
    if body.shape[0] != 5 * n + 2 * e:
        raise FileDamaged("the file of a drawing is damaged: its length is not what it says")
    places = body[: 2 * n].view("<f4").reshape(n, 2)
    users, followers, community = (body[(2 + i) * n : (3 + i) * n] for i in range(3))
    return Drawing(step, k, places, users, followers, community, body[5 * n :].reshape(e, 2))


def keep_drawing(rows: int, drawing: Drawing) -> tuple[str, str]:
    """Write a drawing durably below the folder of a run's rows; return (name below that folder, hash)."""
    folder = run_folder(rows) / FOLDER
    name, digest = keep_bytes(folder, drawing.packed(), stem=f"network-{drawing.step:08d}", suffix=".bin.gz")
    return f"{FOLDER}/{name}", digest


def drawing_bytes(layout: NetworkLayout) -> bytes:
    """Return the compressed file of a finished layout. Raises FileDamaged."""
    return read_verified(run_folder(layout.rows) / layout.name, layout.hash)


def read_drawing(layout: NetworkLayout) -> Drawing:
    """Return the drawing of a finished layout. Raises FileDamaged."""
    return unpacked(drawing_bytes(layout))
