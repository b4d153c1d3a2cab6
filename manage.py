#!/usr/bin/env python
"""Run a command of the project: ``manage.py help`` lists them."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext

# Django's own commands that talk to the database. Ours say so themselves (management/base.py).
NEED_DATABASE = {
    "changepassword",
    "createsuperuser",
    "dbshell",
    "dumpdata",
    "flush",
    "inspectdb",
    "loaddata",
    "makemigrations",
    "migrate",
    "shell",
    "showmigrations",
    "sqlflush",
    "sqlmigrate",
    "sqlsequencereset",
}


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "simapp.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.stderr.write(
            "Django is not installed for this Python; run 'make setup' and use .venv/bin/python.\n"
        )
        return 2
    from simapp.stack.embedded import services
    from simapp.stack.errors import StackError
    from simapp.stack.process import follow_parent_from_environment

    follow_parent_from_environment()
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    wants_services = command in NEED_DATABASE and not {"-h", "--help"} & set(sys.argv)
    try:
        with services() if wants_services else nullcontext():
            execute_from_command_line(sys.argv)
    except StackError as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
