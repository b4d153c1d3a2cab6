"""What is counted on posts and comments: votes, reports, shares, comments; from tallies, or from rows."""

from __future__ import annotations

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from simapp.engine.actions.registry import code_of
from simapp.engine.core.posts import COMMENT, QUOTE, REPOST
from simapp.store import tallies
from simapp.store.lineage import Segment, belongs
from simapp.store.partitions import is_large
from simapp.store.rows import RunFile

# (what adds one, what takes one back)
LIKES = (("like_post", "like_comment"), ("unlike_post", "unlike_comment"))
DISLIKES = (("dislike_post", "dislike_comment"), ("undo_dislike_post", "undo_dislike_comment"))
REPORTS: tuple[tuple[str, ...], tuple[str, ...]] = (("report_post",), ())


def done_to(segments: list[Segment], posts: list[int]) -> dict[tuple[int, int], int]:
    """Count votes by (post, action code): from tallies where a large run has them, else from the events."""
    codes = _counted()
    # As constants: with parameters the partial index could not be used.
    constants = ", ".join(map(str, codes))
    found: dict[tuple[int, int], int] = {}
    for segment in segments:
        if _has_tallies(segment):
            part = tallies.done_to([segment], posts, codes)
        else:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT post, code, count(*) FROM run_event x WHERE post = ANY(%s) AND outcome = 0 "  # noqa: S608
                    f"AND code IN ({constants}) AND {belongs('x', [segment])} GROUP BY post, code",
                    [posts],
                )
                part = {(post, code): count for post, code, count in cursor.fetchall()}
        for pair, count in part.items():
            found[pair] = found.get(pair, 0) + count
    return found


def written_about(segments: list[Segment], posts: list[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Count (shares, comments) by post: reposts and quotes through reposts to the original, comments by what is above.

    Millions of people put tens of thousands of rows beneath the posts of one page, so a large run has them tallied.
    """
    if all(_has_tallies(segment) and tallies.counts_written(segment.run_id) for segment in segments):
        codes = {code_of(name): name for name in tallies.WRITTEN}
        shares: dict[int, int] = {}
        comments: dict[int, int] = {}
        for (post, code), count in tallies.done_to(segments, posts, codes).items():
            on = comments if codes[code] == "create_comment" else shares
            on[post] = on.get(post, 0) + count
        return shares, comments
    return _beneath(_rows_beneath(segments, posts))


def _rows_beneath(segments: list[Segment], posts: list[int]) -> NDArray[np.int64]:
    """Return (key, root, parent, kind) of all that was written beneath the cascades in which `posts` are."""
    past = belongs("x", segments)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT root FROM run_post x WHERE key = ANY(%s) AND step = ANY(%s) AND {past}",  # noqa: S608
            [posts, sorted({(key >> 12) & 0xFFFFF for key in posts})],
        )
        roots = {row[0] for row in cursor.fetchall()}
        # The conditions are those of the two indexes on what stands beneath a root.
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT key, root, parent, kind FROM run_post x WHERE root = ANY(%s) AND {which} AND {past}"  # noqa: S608
                for which in (f"kind IN ({REPOST}, {QUOTE})", f"kind = {COMMENT}")
            ),
            [sorted(roots | set(posts))] * 2,
        )
        return np.array(cursor.fetchall(), np.int64).reshape(-1, 4)


def _beneath(rows: NDArray[np.int64]) -> tuple[dict[int, int], dict[int, int]]:
    keys, parents, kinds = rows[:, 0], rows[:, 2], rows[:, 3]
    comments, counts = np.unique(rows[kinds == COMMENT, 1], return_counts=True)
    by_comment = dict(zip(comments.tolist(), counts.tolist(), strict=True))
    reposted = dict(zip(keys[kinds == REPOST].tolist(), parents[kinds == REPOST].tolist(), strict=True))
    shares: dict[int, int] = {}
    for target in parents[(kinds == REPOST) | (kinds == QUOTE)].tolist():
        original = target
        while original in reposted:
            original = reposted[original]
        shares[original] = shares.get(original, 0) + 1
    return shares, by_comment


def _has_tallies(segment: Segment) -> bool:
    if segment.run is not None and not is_large(segment.run.users):
        return False  # known without a query, which a page of a small run need not pay for
    return RunFile.objects.filter(run_id=segment.run_id, kind=tallies.KIND).exists()


def _counted() -> list[int]:
    names = [name for pair in (LIKES, DISLIKES, REPORTS) for side in pair for name in side]
    return [code_of(name) for name in names]
