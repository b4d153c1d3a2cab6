"""Memory of a process: large blocks go back to the system when they are freed, and what stays is looked at no more."""

from __future__ import annotations

import ctypes
import gc
import sys
from functools import cache

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_LARGE = 2 << 20

_looked_at = _settled = 0  # objects that were settled when all were last looked at, and that are by now


@cache
def return_large_blocks() -> bool:
    """Let malloc map blocks from 2 MiB on one by one, for the rest of this process; return whether it could.

    glibc raises that threshold to 32 MiB as blocks are freed; what a step's arrays of that size leave behind then
    stays resident in pieces, a fifth of what a million users need. Elsewhere than on glibc nothing is changed.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(set_option(_M_MMAP_THRESHOLD, _LARGE))


def settle_memory() -> None:
    """Let the garbage collector look no more at what is there now: loaded modules, a world, its texts.

    A run that thinks with models makes so many objects per step that full collections are frequent, and each walks
    over all of that: a fifth of what a prompt costs. What was settled before is looked at again only where it has
    doubled since: to look at all that a process has loaded takes longer than a small run needs for its steps.
    """
    global _looked_at, _settled  # noqa: PLW0603 - the collector is one per process
    gc.collect()
    # Of what is new alone: to count what is settled, as get_freeze_count does, is a walk over it too.
    _settled += len(gc.get_objects())
    if _settled >= 2 * _looked_at:
        gc.unfreeze()
        if _looked_at:
            gc.collect()
        _looked_at = _settled = len(gc.get_objects())
    gc.freeze()
