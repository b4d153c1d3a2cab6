"""Collect the static files for the web server, when they have changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management.base import CommandError


def fingerprint() -> str:
    """A hash over names, sizes and times of every static file there is."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(["CVS", ".*", "*~"]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_if_changed() -> bool:
    """Bring the collected folder up to date; True when it had to be made anew.

    Hashed names let a browser keep a file for good. Done in a child process, because the storage with hashed
    names is chosen when settings are read.
    """
    target = Path(settings.STATIC_ROOT)
    mark = target / "fingerprint.txt"
    wanted = fingerprint()
    if mark.is_file() and mark.read_text(encoding="ascii") == wanted:
        return False
    shutil.rmtree(target, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0", "--skip-checks"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "SOCIARIUM_STATIC_COLLECTED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CommandError(
            f"The static files could not be collected: {done.stderr.strip().splitlines()[-1:]}"
        )
    mark.write_text(wanted, encoding="ascii")
    return True
