"""Limits on how often something may be tried, counted in the database: they hold across processes and restarts.

A counter lives for a number of seconds from its first count; then it begins again.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from django.db import connection

from simapp.models import Attempts

if TYPE_CHECKING:
    from collections.abc import Iterable

_COUNT = """
INSERT INTO simapp_attempts AS held (key, count, until) VALUES (%s, 1, now() + make_interval(secs => %s))
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN held.until <= now() THEN 1 ELSE least(held.count, 2000000000) + 1 END,
    until = CASE WHEN held.until <= now() THEN excluded.until ELSE held.until END
RETURNING count
"""
_COUNTS = "SELECT key, count FROM simapp_attempts WHERE key = ANY(%s) AND until > now()"
_SWEEP = """
DELETE FROM simapp_attempts WHERE key IN (
    SELECT key FROM simapp_attempts WHERE until <= now() LIMIT 100 FOR UPDATE SKIP LOCKED)
"""


def key_of(kind: str, *who: str) -> str:
    """Return the key of a counter; what is counted is not readable from it."""
    return f"{kind}:{blake2b(chr(0).join(who).encode(), digest_size=16).hexdigest()}"[:80]


def count(key: str, seconds: int) -> int:
    """Count one more and return how many there were within `seconds` of the first."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, seconds])
        held = int(cursor.fetchone()[0])
        if held == 1:  # a new counter pays for the removal of old ones
            cursor.execute(_SWEEP)
    return held


def counts(keys: Iterable[str]) -> dict[str, int]:
    """Return the counters of these keys that are not over."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [list(keys)])
        return dict(cursor.fetchall())


def take(kind: str, who: str, most: int, seconds: int) -> bool:
    """Count one and return whether it is among the first `most`."""
    return count(key_of(kind, who), seconds) <= most


def forget(*keys: str) -> None:
    """Begin these counters again."""
    Attempts.objects.filter(pk__in=keys).delete()
