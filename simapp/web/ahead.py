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
    _measure_a_tree()


def _measure_a_tree() -> None:
    """Have the compiled code of the page of cascades at hand: a post and one repost."""
    import numpy as np

    from simapp.metrics.trees import Trees

    tree = Trees(np.array([0, 2], np.int64), np.array([-1, 0], np.int32), np.full(2, np.nan))
    tree.shapes, tree.virality  # noqa: B018 - computed when they are looked at
