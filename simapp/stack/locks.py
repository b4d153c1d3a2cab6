"""File locks that the kernel lets go of when their holder dies, however it dies."""

from __future__ import annotations

import errno
import fcntl
import os
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

SHARED = fcntl.LOCK_SH
EXCLUSIVE = fcntl.LOCK_EX


class FileLock:
    """An advisory ``flock`` on a file of its own; each object holds its own share.

    The descriptor is closed on exec, so a child started by the holder does not keep the lock alive.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self, kind: int, *, wait: bool = True) -> bool:
        """Take the lock; with ``wait=False`` answer False where somebody else's lock is in the way."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, kind if wait else kind | fcntl.LOCK_NB)
        except OSError as problem:
            os.close(handle)
            if problem.errno in {errno.EWOULDBLOCK, errno.EACCES}:
                return False
            raise
        self._handle = handle
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    @property
    def held(self) -> bool:
        return self._handle is not None

    def __enter__(self) -> Self:
        self.acquire(EXCLUSIVE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def is_free(path: Path, kind: int) -> bool:
    """Whether a lock of this kind could be taken just now; it is let go at once."""
    lock = FileLock(path)
    if not lock.acquire(kind, wait=False):
        return False
    lock.release()
    return True
