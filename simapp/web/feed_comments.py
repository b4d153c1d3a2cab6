"""The newest comments under the posts of a page: a few of each, found by the index on what they stand under."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from simapp.engine.core.posts import COMMENT
from simapp.store.lineage import belongs, segments_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simapp.models import Run

SHOWN = 2


class Row(NamedTuple):
    """A comment as stored; `under` is the key of its post."""

    under: int
    key: int
    author: int
    text_id: int


def newest(run: Run, posts: Iterable[int], upto: int | None = None) -> list[Row]:
    """Return at most SHOWN comments of each post (by key), oldest of them first; `upto`: written up to that step."""
    # The index on comments has this order: the newest of a post are the end of its part, however many there are.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT under, c.key, c.author, c.text_id FROM unnest(%s::bigint[]) AS under, LATERAL ("  # noqa: S608
            f"SELECT key, author, text_id, step FROM run_post x WHERE x.root = under "
            f"AND x.kind = {COMMENT} AND {belongs('x', segments_of(run, upto))} "
            f"ORDER BY step DESC, key DESC LIMIT {SHOWN:d}) c ORDER BY under, c.step, c.key",
            [sorted(set(posts))],
        )
        return [Row(*row) for row in cursor.fetchall()]
