"""Which account the servers run under, and what that account can reach.

PostgreSQL refuses to run as root. When the person at the terminal is root, both servers run as an existing
account without privileges. That account must be able to reach the binaries and the data; where it cannot,
they are put elsewhere (see ``place.py``). No permission of any folder above them is ever changed.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simapp.stack.errors import StackError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Account:
    """The uid and gid the servers run under; ``other`` when that is not the account we run under."""

    uid: int
    gid: int

    @property
    def other(self) -> bool:
        return self.uid != os.getuid()

    def popen_arguments(self) -> dict[str, Any]:
        """Arguments that make ``subprocess`` drop to this account, supplementary groups included."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.other else {}

    def can(self, *command: str) -> bool:
        """Whether this account can run ``command`` successfully."""
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                timeout=20,
                check=False,
                **self.popen_arguments(),
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return done.returncode == 0

    def can_enter(self, folder: Path) -> bool:
        """Whether this account can walk into ``folder``, asked of the kernel rather than computed."""
        return self.can("/bin/sh", "-c", 'cd "$1"', "sh", str(folder))


def server_account(data: Path) -> Account:
    """The account for the servers whose data lie in ``data``.

    An ordinary user runs them as themselves. For root it is whoever owns data made earlier by an ordinary
    user, and ``nobody`` otherwise.
    """
    uid = os.getuid()
    try:
        owner = data.stat().st_uid
    except OSError:
        owner = None
    if uid != 0:
        if owner not in {None, uid}:
            raise StackError(
                f"The data folder {data} belongs to another account; "
                "run as that account or set SOCIARIUM_STATE to a folder of your own."
            )
        return Account(uid, os.getgid())
    if owner:
        return Account(owner, data.stat().st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as problem:
        raise StackError(
            "PostgreSQL refuses to run as root and this machine has no account 'nobody'; "
            "run as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from problem
    return Account(nobody.pw_uid, nobody.pw_gid)
