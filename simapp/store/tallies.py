"""How often each action was done to each post in a step: the counters of a large run, readable at any step.

Of votes and reports these are the posts they were given to; reposts, quotes and comments count on the post whose
counter they raise (`StepRecord.counted_on`): a repost of a repost on the original.

A tree index over a large run's events would cost as much as all else of its commit. A tally is one file per step
with, per action, the posts it was done to in ascending order and how often; what a page asks for thirty posts is a
few binary searches in files that the system keeps mapped. Small runs have no tallies: they ask their events.

Layout: a magic line, the number of actions (int64), per action its code and number of posts (int64, int64), then
per action its posts' keys (int64) and counts (int64), all little-endian.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.actions.registry import all_actions, code_of
from simapp.engine.core.posts import COMMENT, QUOTE, REPOST
from simapp.store.files import FileDamaged, FileRow, keep_bytes, list_files, run_folder
from simapp.store.rows import RunFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.record import StepRecord
    from simapp.store.lineage import Segment

KIND = "tallies"
_MAGIC = b"sociarium tally 2\n".ljust(24, b"\0")
_FIRST = b"sociarium tally 1\n".ljust(24, b"\0")  # without reposts, quotes and comments
WRITTEN = {"repost": REPOST, "quote_post": QUOTE, "create_comment": COMMENT}


def counted_codes() -> list[int]:
    """Return the codes of actions that are done to a post or comment and write none, ascending."""
    return sorted(a.code for a in all_actions().values() if {"post", "comment"} & set(a.takes) and not a.writes)


def write_tally(folder: Path, record: StepRecord) -> FileRow | None:
    """Write a step's tally durably below the run's folder; None where nothing was done to any post."""
    found = tally(record)
    if not found:
        return None
    head = np.array([len(found), *(x for code, (keys, _) in found.items() for x in (code, keys.shape[0]))], "<i8")
    body = b"".join(part.astype("<i8").tobytes() for pair in found.values() for part in pair)
    data = _MAGIC + head.tobytes() + body
    name, digest = keep_bytes(folder / KIND, data, stem=f"{KIND}-{record.step:08d}", suffix=".bin")
    return FileRow(KIND, f"{KIND}/{name}", digest, len(data), sum(keys.shape[0] for keys, _ in found.values()))


def tally(record: StepRecord) -> dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return, by action code, the keys int64[n] (ascending) of posts to which it was done and how often int64[n]."""
    events = record.events
    done = {code: events.post[(events.code == code) & (events.outcome == 0)] for code in counted_codes()}
    done |= {code_of(name): record.counted_on[record.posts.kind == kind] for name, kind in WRITTEN.items()}
    found = {}
    for code, named in sorted(done.items()):
        posts = named[named >= 0]
        if posts.shape[0]:
            keys, counts = np.unique(posts, return_counts=True)
            found[code] = keys, counts.astype(np.int64)
    return found


def done_to(
    segments: Iterable[Segment], posts: Iterable[int], codes: Iterable[int]
) -> dict[tuple[int, int], int]:
    """Return how often, by (post key, action code), over these segments of a past. Raises FileDamaged."""
    wanted, asked = np.unique(np.array(list(posts), np.int64)), set(codes)
    total: dict[tuple[int, int], int] = {}
    if not wanted.shape[0]:
        return total
    oldest = int(((wanted >> 12) & 0xFFFFF).min())
    for segment in segments:
        for _, file in list_files(segment.run_id, KIND, after=max(segment.first, oldest) - 1, upto=segment.last):
            for code, (keys, counts) in opened(run_folder(segment.run_id) / file.name, file.bytes).items():
                if code not in asked:
                    continue
                at = np.minimum(np.searchsorted(keys, wanted), keys.shape[0] - 1)
                for i in np.flatnonzero(keys[at] == wanted):
                    pair = (int(wanted[i]), code)
                    total[pair] = total.get(pair, 0) + int(counts[at[i]])
    return total


def counts_written(run_id: int) -> bool:
    """Whether a run's tallies count reposts, quotes and comments too; those of its first steps decide."""
    first = RunFile.objects.filter(run_id=run_id, kind=KIND).order_by("step").first()
    if first is None:
        return False
    with suppress(OSError), (run_folder(run_id) / first.name).open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC
    return False


def opened(path: Path, size: int) -> dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return, by action code, keys and counts int64[n] of a tally file of `size` bytes. Raises FileDamaged."""
    # Mapped, and only its length is compared: a page that hashed every file in full would take seconds.
    try:
        held = np.memmap(path, np.uint8, "r")
    except (OSError, ValueError) as problem:
        msg = f"the file {path.name} cannot be read"
        raise FileDamaged(msg) from problem
    if held.shape[0] != size or held[: len(_MAGIC)].tobytes() not in (_MAGIC, _FIRST):
        msg = f"the file {path.name} is damaged: it is not what was written"
        raise FileDamaged(msg)
    words = held[len(_MAGIC) :].view("<i8")
    actions = int(words[0])
    at, found = 1 + 2 * actions, {}
    for i in range(actions):
        code, rows = int(words[1 + 2 * i]), int(words[2 + 2 * i])
        found[code] = words[at : at + rows], words[at + rows : at + 2 * rows]
        at += 2 * rows
    return found
