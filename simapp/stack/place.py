"""Decide where programs and data of the servers lie, so that the servers' account can reach them.

The usual place is the state root itself. As root, a checkout under a closed folder (``/root``) cannot be
entered by the servers' account; then both go to a folder of this checkout's own under ``/var/lib`` or, where
that cannot be written, ``/var/tmp``.
"""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simapp.stack import binaries
from simapp.stack.account import Account, server_account
from simapp.stack.errors import StackError

if TYPE_CHECKING:
    from simapp.stack.paths import StatePaths


@dataclass(frozen=True)
class Place:
    """What the servers need to know to start."""

    account: Account
    postgres_home: Path
    valkey_program: Path
    base: Path

    @property
    def postgres_data(self) -> Path:
        return self.base / "postgres"

    @property
    def valkey_data(self) -> Path:
        return self.base / "valkey"


def away_candidates(paths: StatePaths) -> list[Path]:
    """Folders tried, in this order, when the servers' account cannot enter the state root."""
    return [Path(f"/var/lib/sociarium-{paths.key}"), Path(f"/var/tmp/sociarium-{paths.key}")]  # noqa: S108


def choose_place(paths: StatePaths) -> Place:
    """Find or make the place; folders above it are left exactly as they are."""
    paths.make()
    account = server_account(paths.root / "postgres")
    home, valkey = binaries.postgres_home(), binaries.valkey_program()
    base = paths.root
    if account.other:
        if not account.can_enter(paths.root):
            base = _make_away(paths)
            # Data made here by an earlier start keep their owner.
            account = server_account(base / "postgres")
        if not _usable(account, home, valkey):
            away = base if base != paths.root else _make_away(paths)
            home, valkey = _copy_programs(home, valkey, away / "programs")
            if not _usable(account, home, valkey):
                raise StackError(
                    f"The account with uid {account.uid} cannot run the server programs in {away}; "
                    "run as an ordinary user, or set DATABASE_URL and REDIS_URL."
                )
    place = Place(account=account, postgres_home=home, valkey_program=valkey, base=base)
    for folder in (place.postgres_data, place.valkey_data):
        _own_folder(folder, account)
    return place


def _usable(account: Account, home: Path, valkey: Path) -> bool:
    needed = ("share/postgresql/postgres.bki", "lib/postgresql/vector.so", "bin/initdb")
    present = [str(home / name) for name in needed if (home / name).exists()]
    reads = "".join(f' && test -r "${index + 3}"' for index in range(len(present)))
    script = f'"$1" --version && "$2" --version{reads}'
    return account.can("/bin/sh", "-c", script, "sh", str(home / "bin/postgres"), str(valkey), *present)


def _make_away(paths: StatePaths) -> Path:
    for folder in away_candidates(paths):
        try:
            folder.mkdir(mode=0o711, exist_ok=True)
        except OSError:
            continue
        found = folder.lstat()
        # /var/tmp can be written by anyone: what we did not make ourselves is not used.
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022:
            folder.chmod(0o711)
            return folder
    raise StackError(
        f"The servers' account cannot enter {paths.root}, and neither /var/lib nor /var/tmp can be used "
        "instead; set SOCIARIUM_STATE to a folder that every account may walk into."
    )


def _copy_programs(home: Path, valkey: Path, target: Path) -> tuple[Path, Path]:
    """Copy the programs once per version; the copies can be read by all, the originals stay as they are."""
    mark = f"{home}:{(home / 'bin/postgres').stat().st_mtime_ns}:{valkey.stat().st_mtime_ns}"
    marker = target / "copied-from.txt"
    copied_home, copied_valkey = target / "postgres", target / "valkey-server"
    if not (marker.is_file() and marker.read_text(encoding="utf-8") == mark):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(mode=0o755)
        shutil.copytree(home, copied_home, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        shutil.copy2(valkey, copied_valkey)
        for entry in [target, copied_valkey, *copied_home.rglob("*"), copied_home]:
            if not entry.is_symlink():
                runs = entry.is_dir() or entry.stat().st_mode & 0o100
                entry.chmod(0o755 if runs else 0o644)
        marker.write_text(mark, encoding="utf-8")
    return copied_home, copied_valkey


def _own_folder(folder: Path, account: Account) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    # Also when it is there already: an earlier start may have been killed between the two.
    if account.other and folder.stat().st_uid == os.getuid():
        os.chown(folder, account.uid, account.gid)
