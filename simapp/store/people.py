"""A run's users a page at a time, in an order that an index or one column of numbers gives: never a sort of them all.

The cursor of a page is the user before it, whatever the order: what stands behind it follows from that user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection

from simapp.store import cohorts
from simapp.store.lineage import segments_of
from simapp.store.rows import RunUser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from simapp.store.models import Run

# As the index run_user_handle has it.
_FOLDED = '(left(lower(handle), 40)) COLLATE "C"'
_LAST = "\U0010ffff"
FEW = 20_000  # users whose numbers are sent along with a question


def people_of(run: Run, users: Iterable[int]) -> dict[int, RunUser]:
    """Return users by number; who is none of the run's is left out."""
    rows = RunUser.objects.filter(run_id=_founder(run), user_id__in=list(users))
    return {row.user_id: row for row in rows}


def user_called(run: Run, text: str) -> int | None:
    """Return the user that a person named, by number or by handle in any case, with or without @; None for nobody."""
    plain = "".join(text.split()).removeprefix("@")
    if plain.isascii() and plain.isdecimal() and len(plain) < 10 and int(plain) < run.users:
        return int(plain)
    if not plain or "\0" in plain:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT user_id FROM run_user WHERE run_id = %s AND {_FOLDED} = left(lower(%s), 40) "  # noqa: S608
            "AND lower(handle) = lower(%s) ORDER BY user_id LIMIT 1",
            [_founder(run), plain, plain],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def by_handle(
    run: Run, *, among: NDArray[np.int32] | None = None, beginning: str = "", after: int | None = None,
    down: bool = False, most: int,
) -> list[int]:  # fmt: skip
    """Return at most `most` users by handle, those whose handle has a beginning; `after`: behind that user.

    among: only these users (ascending). Few are sorted; of many some stand on every stretch of the index.
    """
    if among is None or among.shape[0] <= FEW:
        return _by_handle(run, among, beginning, after, down, most)
    found: list[int] = []
    stretch = 4 * most
    while len(found) < most:
        passed = np.array(_by_handle(run, None, beginning, after, down, stretch), np.int64)
        found += passed[cohorts.among(passed, among)].tolist()
        if passed.shape[0] < stretch:
            break
        after, stretch = int(passed[-1]), min(stretch * 2, 50_000)
    return found[:most]


def _by_handle(
    run: Run, among: NDArray[np.int32] | None, beginning: str, after: int | None, down: bool, most: int
) -> list[int]:
    sign, order = ("<", "DESC") if down else (">", "ASC")
    where = "run_id = %s"
    values: list[Any] = [_founder(run)]
    begun = "".join(beginning.replace("\0", "").split()).removeprefix("@")
    if begun:
        where += f" AND {_FOLDED} >= left(lower(%s), 40) AND {_FOLDED} < left(lower(%s), 40) || %s"
        values += [begun, begun, _LAST]
    if after is not None:
        place = f"(SELECT {_FOLDED} FROM run_user WHERE run_id = %s AND user_id = %s)"  # noqa: S608
        where += f" AND ({_FOLDED}, user_id) {sign} ({place}, %s)"
        values += [_founder(run), after, after]
    if among is not None:
        where += " AND user_id = ANY(%s)"
        values.append(among.tolist())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT user_id FROM run_user WHERE {where} "  # noqa: S608 - placeholders and our own words
            f"ORDER BY {_FOLDED} {order}, user_id {order} LIMIT {most:d}",
            values,
        )
        return [row[0] for row in cursor.fetchall()]


def by_number(
    users: int, *, among: NDArray[np.int32] | None = None, after: int | None = None, down: bool = False, most: int
) -> list[int]:
    """Return at most `most` of the numbers 0 .. users - 1, or of those among them (ascending), up or down."""
    if among is not None:
        if down:
            end = among.shape[0] if after is None else int(np.searchsorted(among, after))
            return [int(user) for user in among[max(end - most, 0) : end][::-1]]
        begin = 0 if after is None else int(np.searchsorted(among, after, side="right"))
        return [int(user) for user in among[begin : begin + most]]
    if down:
        start = users - 1 if after is None else after - 1
        return list(range(start, max(start - most, -1), -1))
    start = 0 if after is None else after + 1
    return list(range(start, min(start + most, users)))


def by_value(
    values: NDArray[np.generic], *, among: NDArray[np.int32] | None = None, after: int | None = None,
    down: bool = False, back: bool = False, most: int,
) -> list[int]:  # fmt: skip
    """Return at most `most` users by a number of theirs [N], equals by user; `after`: behind that user, or with `back`
    before it, the nearest first; among: only these users (ascending).

    Takes time that grows with N, not with the page: nothing is sorted but the page itself.
    """
    # A number that is none stands at the end, whichever way the order goes.
    ranks = np.nan_to_num(-values.astype(np.float64) if down else values.astype(np.float64), nan=np.inf)
    users = np.arange(ranks.shape[0]) if among is None else among.astype(np.int64)
    if back:
        ranks, users = -ranks, users[::-1]
    if after is not None:
        equal = users < after if back else users > after
        users = users[(ranks[users] > ranks[after]) | ((ranks[users] == ranks[after]) & equal)]
    if users.shape[0] > most:
        edge = np.partition(ranks[users], most - 1)[most - 1]
        below = users[ranks[users] < edge]
        users = np.concatenate([below, users[ranks[users] == edge][: most - below.shape[0]]])
    return [int(user) for user in users[np.lexsort((-users if back else users, ranks[users]))]]


def _founder(run: Run) -> int:
    return segments_of(run)[0].run_id
