"""Own partitions for large runs; small runs share one, so that a sweep makes no thousands of tables."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction

from simapp.store.tables import EVENTS, TABLES

log = logging.getLogger(__name__)

# Runs with at least this many users get partitions of their own.
LARGE = 100_000
_TRIES = 5


def is_large(users: int) -> bool:
    """Whether a run of this size gets partitions of its own (setting SOCIARIUM_PARTITION_USERS)."""
    return users >= int(getattr(settings, "SOCIARIUM_PARTITION_USERS", LARGE))


def ensure_partition(run_id: int, users: int) -> bool:
    """Give a large run its own partitions, before its first row is written; return whether it has them.

    Making one locks the shared partition for a moment, so each waits two seconds at most, in a transaction
    of its own (two tables locked at once could wait for a step that waits for us), and is tried again.
    A run that gets none in the end shares, which is slower and nothing worse. Safe to repeat.
    """
    if not is_large(users):
        return False
    for table in TABLES:
        if not any(_make(table, int(run_id)) for _ in range(_TRIES)):
            log.warning("run %s shares the partition of %s: it stayed locked", run_id, table)
            return False
    return True


def has_own(run_id: int) -> bool:
    """Whether a run's events lie in a partition of their own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"run_event_{int(run_id)}"])
        return bool(cursor.fetchone()[0])


def drop_rows(run_id: int) -> None:
    """Delete all bulk rows of a run, each table in a transaction of its own. Safe to repeat after a failure.

    Dropping a partition locks the whole table for a moment, so each waits two seconds at most and is tried
    again. Raises OperationalError when one stayed locked; what is left can be dropped later.
    """
    for table in TABLES:
        for left in range(_TRIES - 1, -1, -1):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '2s'")
                    _delete_rows(cursor, table, run_id)
            except OperationalError:
                if not left:
                    raise
            else:
                break


def delete_run_rows(cursor: Any, run_id: int) -> None:
    """Delete all bulk rows of a run, by dropping its own partitions where it has them."""
    for table in TABLES:
        _delete_rows(cursor, table, run_id)


def _delete_rows(cursor: Any, table: str, run_id: int) -> None:
    cursor.execute("SELECT to_regclass(%s)", [f"{table}_{int(run_id)}"])
    if cursor.fetchone()[0] is None:
        cursor.execute(f"DELETE FROM {table} WHERE run_id = %s", [run_id])  # noqa: S608 - our own names
    else:
        cursor.execute(f"DROP TABLE {table}_{int(run_id)}")


def _make(table: str, run_id: int) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {table}_{run_id} PARTITION OF {table} FOR VALUES IN ({run_id})"
            )
            if table == EVENTS.name:
                # A tree would cost more than the rows. They lie in this order, so block ranges find them.
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {table}_{run_id}_place ON {table}_{run_id} "
                    "USING brin (step, seq) WITH (pages_per_range = 32, autosummarize = on)"
                )
    except (OperationalError, IntegrityError):  # locked for too long, or rows were written already
        return False
    return True
