"""Is there room on the disk?"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from simapp.stack.errors import StackError

if TYPE_CHECKING:
    from pathlib import Path

LEAST_FREE_MB = 500


def free_mb(folder: Path) -> float:
    """Free space, in megabytes, on the disk that holds ``folder`` or its nearest existing parent."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free / 1e6


def refuse_full_disk(folder: Path, least_mb: float = LEAST_FREE_MB) -> None:
    """Raise StackError when less than ``least_mb`` megabytes are free."""
    free = free_mb(folder)
    if free < least_mb:
        raise StackError(
            f"Only {free:.0f} MB are free on the disk of {folder}; at least {least_mb:.0f} MB are needed: "
            "free some space or set SOCIARIUM_STATE to a folder on another disk."
        )
