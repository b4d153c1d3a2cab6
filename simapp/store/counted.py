"""How often posts and comments were voted on and reported: from tallies, or from the events themselves."""

from __future__ import annotations

from django.db import connection

from simapp.engine.actions.registry import code_of
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


def _has_tallies(segment: Segment) -> bool:
    if segment.run is not None and not is_large(segment.run.users):
        return False  # known without a query, which a page of a small run need not pay for
    return RunFile.objects.filter(run_id=segment.run_id, kind=tallies.KIND).exists()


def _counted() -> list[int]:
    names = [name for pair in (LIKES, DISLIKES, REPORTS) for side in pair for name in side]
    return [code_of(name) for name in names]
