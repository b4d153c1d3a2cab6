"""What the first visitor of a page would wait for: libraries that only some pages need, loaded as the server starts."""

from __future__ import annotations

import importlib
import threading

# Opinions and activity of users are read by polars; cascades and networks are walked by compiled code. Half a second.
NEEDED = ("polars", "numba")


def load_ahead() -> threading.Thread:
    """Load them beside the first requests; return the thread that does."""
    thread = threading.Thread(target=_load, name="load-ahead", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    for name in NEEDED:
        importlib.import_module(name)
