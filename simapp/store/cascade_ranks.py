"""The largest cascades of a run at a step, without reading every post of a large run.

A run below the size of its own partitions counts its reposts and quotes by root, from the index on them. A large run
has tallies: of each step the posts that were shared most are looked at, and the leaders among them are counted exactly.
What was never among the most shared of any step is not found, and a share of a quote counts where the quote leads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.db import connection

from simapp.engine.actions.registry import code_of
from simapp.engine.core.posts import POST, QUOTE, REPOST
from simapp.store import tallies
from simapp.store.cohorts import among
from simapp.store.files import list_files, run_folder
from simapp.store.lineage import Segment, belongs, segments_of
from simapp.store.partitions import is_large
from simapp.store.read_columns import read_columns
from simapp.store.rows import RunPost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.store.models import Run

MOST = 5_000  # cascades that are ranked
MOST_FILTERED = 100_000  # that are looked through for authors of a cohort
_OF_A_STEP, _LEADERS = 256, 300


@dataclass(frozen=True)
class Ranking:
    """roots int64[k] and their shares int64[k], most first, ties to the smaller key. exact: counted from rows; cut:
    there are more than are ranked."""

    roots: NDArray[np.int64]
    shares: NDArray[np.int64]
    exact: bool
    cut: bool


def largest(run: Run, step: int, *, since: int = -1, authors: NDArray[np.int32] | None = None) -> Ranking:
    """Rank cascades by the reposts and quotes of the steps since < s <= step; only those of `authors`, if given."""
    segments = [s for s in segments_of(run, step) if s.last > since]
    codes = (code_of("repost"), code_of("quote_post"))
    if is_large(run.users) and all(tallies.counts_written(s.run_id) for s in segments):
        return _from_tallies(run, segments, since, codes, authors)
    return _from_rows(segments, since, authors)


def _from_rows(segments: list[Segment], since: int, authors: NDArray[np.int32] | None) -> Ranking:
    most = MOST if authors is None else MOST_FILTERED
    if not segments:
        return Ranking(np.zeros(0, np.int64), np.zeros(0, np.int64), exact=True, cut=False)
    with connection.cursor() as cursor:
        rows = read_columns(
            cursor,
            f"SELECT root, count(*) AS n FROM run_post x WHERE kind IN ({REPOST}, {QUOTE}) "  # noqa: S608
            f"AND {belongs('x', segments)} AND x.step > {since:d} "
            f"GROUP BY root ORDER BY n DESC, root LIMIT {most + 1:d}",
            {"root": "int8", "n": "int8"},
        )
    cut = rows["root"].shape[0] > most
    roots, shares = rows["root"][:most], rows["n"][:most]
    if authors is not None:
        mine = among(roots >> 32, authors)
        roots, shares = roots[mine][:MOST], shares[mine][:MOST]
    return Ranking(roots, shares, exact=True, cut=cut)


def _from_tallies(
    run: Run, segments: list[Segment], since: int, codes: tuple[int, ...], authors: NDArray[np.int32] | None
) -> Ranking:
    parts = []
    for segment in segments:
        first = max(segment.first, since + 1)
        for _, file in list_files(segment.run_id, tallies.KIND, after=first - 1, upto=segment.last):
            parts.append(_leaders_of(run_folder(segment.run_id) / file.name, file.bytes, codes))
    keys = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, np.int64)
    counts = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0, np.int64)
    found, which = np.unique(keys, return_inverse=True)
    about = np.bincount(which, weights=counts, minlength=found.shape[0])
    if authors is not None and found.shape[0]:
        mine = among(found >> 32, authors)
        found, about = found[mine], about[mine]
    found = found[np.lexsort((found, -about))][:_LEADERS]
    done: dict[int, int] = {}
    kept = [s if s.first > since else Segment(s.run_id, since + 1, s.last, s.run) for s in segments]
    for (post, _), count in tallies.done_to(kept, found.tolist(), codes).items():
        done[post] = done.get(post, 0) + count
    steps = np.unique((found >> 12) & 0xFFFFF).tolist()
    lineage = {s.run_id for s in segments_of(run)}
    rows = RunPost.objects.filter(run_id__in=lineage, step__in=steps, key__in=found.tolist())
    roots: dict[int, int] = {}
    for key, root, kind in rows.values_list("key", "root", "kind"):
        leads = key if kind == POST else root
        roots[leads] = roots.get(leads, 0) + done.get(key, 0)
    ordered = sorted(roots, key=lambda root: (-roots[root], root))
    shares = np.array([roots[root] for root in ordered], np.int64)
    return Ranking(np.array(ordered, np.int64), shares, exact=False, cut=True)


@lru_cache(maxsize=4096)
def _leaders_of(path: Path, size: int, codes: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the keys and counts of the posts that were shared most in one step, by its tally."""
    found = [pair for code, pair in tallies.opened(path, size).items() if code in codes]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    keys, which = np.unique(np.concatenate([pair[0] for pair in found]), return_inverse=True)
    counts = np.bincount(which, weights=np.concatenate([pair[1] for pair in found])).astype(np.int64)
    if keys.shape[0] > _OF_A_STEP:
        top = np.argpartition(-counts, _OF_A_STEP)[:_OF_A_STEP]
        keys, counts = keys[top], counts[top]
    return keys, counts
