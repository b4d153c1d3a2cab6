"""Questions to a database that comes and goes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.utils import InterfaceError, OperationalError

PAUSE, SECONDS = 0.1, 60.0


def patiently(ask: Callable[..., Any], *about: Any, **more: Any) -> Any:
    """Return `ask(*about, **more)`, asked again while the database is away; raises what it raised at last."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return ask(*about, **more)
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)
