"""Giving memory back: large blocks go to the system when they are freed, not to a list of free blocks."""

from __future__ import annotations

import ctypes
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
