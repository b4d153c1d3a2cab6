"""How many follow each user, and how many each follows: counted with every snapshot, so that no page counts edges."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.db import connection

from simapp.store.files import FileRow, keep_bytes, list_files, read_verified, run_folder
from simapp.store.history import follow_graph
from simapp.store.lineage import belongs, segments_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from simapp.engine.core.follows import Follows
    from simapp.store.models import Run

KIND = "audience"
COUNTED = 10_000  # users up to which a page counts edges, where nobody did


@dataclass(frozen=True)
class Audience:
    """followers, following int32[N] after `step`."""

    step: int
    followers: NDArray[np.int32]
    following: NDArray[np.int32]


def write_audience(folder: Path, step: int, follows: Follows) -> FileRow:
    """Write what everybody's follows come to, durably, below the run's folder; return the row that registers it."""
    counts = np.stack([follows.followers, follows.following]).astype("<i4")
    packed = io.BytesIO()
    np.save(packed, counts, allow_pickle=False)
    data = packed.getvalue()
    name, digest = keep_bytes(folder / KIND, data, stem=f"{KIND}-{step:08d}", suffix=".npy")
    return FileRow(KIND, f"{KIND}/{name}", digest, len(data), counts.shape[1])


def audience_at(run: Run, step: int) -> Audience | None:
    """Return the newest count not after `step`; a small run without any has its edges counted, a large one has None.

    Raises FileDamaged.
    """
    for segment in reversed(segments_of(run, step)):
        found = list_files(segment.run_id, KIND, upto=segment.last)
        if found:
            at, file = found[-1]
            data = read_verified(run_folder(segment.run_id) / file.name, file.hash)
            followers, following = np.load(io.BytesIO(data), allow_pickle=False)
            return Audience(at, followers, following)
    if not 0 < run.users <= COUNTED:
        return None
    # Made before counts were kept, or imported.
    follower, followee = follow_graph(run, step)
    counts = (np.bincount(side, minlength=run.users).astype(np.int32) for side in (followee, follower))
    return Audience(step, *counts)


def follows_since(run: Run, users: Sequence[int], after: int, upto: int) -> dict[int, tuple[int, int]]:
    """Return how (followers, following) of users changed in the steps after < step <= upto; the rest is left out."""
    wanted = list(users)
    if upto <= after or not wanted:
        return {}
    found: dict[int, tuple[int, int]] = {}
    past = belongs("x", segments_of(run, upto))
    with connection.cursor() as cursor:
        for place, column in enumerate(("followee", "follower")):
            cursor.execute(
                f"SELECT {column}, sum(2 * on_ - 1) FROM run_follow x WHERE step > %s AND {column} = ANY(%s) "  # noqa: S608
                f"AND {past} GROUP BY {column}",
                [after, wanted],
            )
            for user, change in cursor.fetchall():
                pair = list(found.get(user, (0, 0)))
                pair[place] += int(change)
                found[user] = (pair[0], pair[1])
    return found
