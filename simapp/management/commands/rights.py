"""Print the permission matrix."""

from __future__ import annotations

from typing import Any

from simapp.management.base import StackCommand


class Command(StackCommand):
    """What each role may do, and what each address of the site needs."""

    help = "Print the permission matrix as Markdown; --write puts it into docs/members.md."
    needs_services = False

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--write", action="store_true", help="put it into docs/members.md")

    def handle(self, *args: Any, **options: Any) -> None:
        from django.conf import settings

        from simapp.web import rights_table

        table = rights_table.markdown()
        if not options["write"]:
            self.stdout.write(table.strip())
            return
        page = settings.BASE_DIR / "docs" / "members.md"
        text = page.read_text(encoding="utf-8")
        page.write_text(rights_table.put_between(text, table), encoding="utf-8")
        self.stdout.write("docs/members.md holds the matrix as it is now.")
