"""Apply migrations and load the gallery, then end: what a deployment runs before its servers."""

from __future__ import annotations

from typing import Any

from simapp.management.base import StackCommand


class Command(StackCommand):
    """``manage.py prepare``; harmless to repeat and to run from several machines at once."""

    help = "Apply migrations and load the gallery into the database of DATABASE_URL (or the embedded one)."
    prepares_outside = True

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("The database is ready.")
