"""Memory of a process: large blocks go back to the system when they are freed, and what stays is looked at no more."""

from __future__ import annotations

import ctypes
import gc
import sys
from functools import cache

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_LARGE = 2 << 20


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


def settle_memory(*, many_objects: bool = True) -> None:
    """Let the garbage collector look no more at what is there now: loaded modules, a world, its texts.

    A run that thinks with models makes so many objects per step that full collections are frequent, and each walks
    over all of that: a fifth of what a prompt costs. What was settled before is looked at once more first.

    That look takes as long as ten steps of a small run of rules, which hardly makes objects: without `many_objects`
    nothing is looked at or kept from later looks, and what was settled before can be collected again.
    """
    gc.unfreeze()
    if many_objects:
        gc.collect()
        gc.freeze()
