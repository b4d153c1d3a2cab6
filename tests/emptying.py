"""How the database is emptied after a test that commits: only what the test filled.

Django's flush truncates every table, forty of them mostly empty, and then makes all content types and permissions
anew: a tenth of a second of work after each of five hundred tests. Here the tables that occupy pages are looked up and
only they are emptied; content types and permissions stay as Django made them, unless a test changed them. Rows of
runs, which are in tables that no model manages and which Django's flush leaves behind, go as well.
"""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.db import connections, transaction
from django.test import TransactionTestCase

# Ordinary tables and the leaves of partitioned ones. Rows that were rolled back occupy pages too: a table may be
# emptied for nothing, but none with rows is missed.
FILLED = """
    SELECT t.oid::regclass::text,
           EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND t.oid IN (k.conrelid, k.confrelid))
    FROM pg_class t
    WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace AND pg_relation_size(t.oid) > 0
    ORDER BY 1
"""
MADE_ONCE = ("django_content_type", "auth_permission")
KEPT = (*MADE_ONCE, "django_migrations")
# All their rows as one text.
AS_MADE = "SELECT " + " || ".join(
    f"(SELECT coalesce(string_agg(r::text, '|' ORDER BY id), '') FROM {table} r)" for table in MADE_ONCE
)

_made: dict[str, str] = {}


def empty(alias: str) -> None:
    """Empty the database; what refers to each other goes row by row, and its foreign keys are checked at the end."""
    if _made.get(alias) != _as_made(alias):
        call_command("flush", verbosity=0, interactive=False, database=alias, reset_sequences=False)
        _made[alias] = _as_made(alias)
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(FILLED)
        filled = [row for row in cursor.fetchall() if row[0] not in KEPT]
        alone = [table for table, bound in filled if not bound]
        if alone:
            cursor.execute(f"TRUNCATE {', '.join(alone)}")
        for table in (table for table, bound in filled if bound):
            cursor.execute(f"DELETE FROM {table}")


def _as_made(alias: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute(AS_MADE)
        return str(cursor.fetchone()[0])


def _after_a_test(case: Any) -> None:
    for alias in case._databases_names(include_mirrors=False):
        empty(alias)


def install() -> None:
    """Let this clear away after every test that commits."""
    TransactionTestCase._fixture_teardown = _after_a_test
