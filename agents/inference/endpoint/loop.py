"""One event loop per process, in a thread of its own: connections, limits and breakers outlive a batch in it."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_lock = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in the process's loop and return its result; any thread but the loop's own may call.

    When the caller is interrupted (a task's time limit, Ctrl-C) the coroutine is cancelled.
    """
    future = asyncio.run_coroutine_threadsafe(coroutine, _loop())
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


def _loop() -> asyncio.AbstractEventLoop:
    # By process: a forked child inherits the loop but not the thread that drove it.
    with _lock:
        found = _loops.get(os.getpid())
        if found is None:
            found = asyncio.new_event_loop()
            threading.Thread(target=found.run_forever, name="endpoints", daemon=True).start()
            _loops.clear()
            _loops[os.getpid()] = found
        return found
