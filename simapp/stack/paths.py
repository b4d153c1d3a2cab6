"""Where the embedded services keep their things.

Everything of one checkout hangs off its *state root* (``var/``, or ``SOCIARIUM_STATE``). Sockets cannot live
there: a unix socket path is limited to about 100 bytes, so they get a short folder under ``/tmp`` that is
named after the state root. Two checkouts therefore never meet.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from simapp.stack.errors import StackError

CHECKOUT = Path(__file__).resolve().parents[2]

# The smallest limit in use is macOS's 104 bytes, the trailing zero included.
SOCKET_PATH_LIMIT = 103
POSTGRES_PORT = 5432  # names the socket file only: nothing listens on TCP


def state_root() -> Path:
    """The folder that holds all state of this checkout; it may not exist yet."""
    chosen = os.environ.get("SOCIARIUM_STATE", "").strip()
    return Path(chosen).expanduser().absolute() if chosen else CHECKOUT / "var"


@dataclass(frozen=True)
class StatePaths:
    """Every path of one state root, computed and not touched."""

    root: Path

    @classmethod
    def here(cls) -> StatePaths:
        return cls(state_root())

    @property
    def key(self) -> str:
        """Eight hex digits that tell this state root from any other on the machine."""
        real = os.path.realpath(self.root)
        return hashlib.sha256(os.fsencode(real)).hexdigest()[:8]

    @property
    def stack(self) -> Path:
        return self.root / "stack"

    @property
    def logs(self) -> Path:
        return self.root / "log"

    @property
    def status(self) -> Path:
        """Which processes run, written by the keeper (see ``record.py``)."""
        return self.stack / "status.json"

    @property
    def start_lock(self) -> Path:
        return self.stack / "start.lock"

    @property
    def users_lock(self) -> Path:
        return self.stack / "users.lock"

    @property
    def supervisor_lock(self) -> Path:
        return self.stack / "supervisor.lock"

    @property
    def sockets(self) -> Path:
        return Path(f"/tmp/sociarium-{os.getuid()}-{self.key}")  # noqa: S108 - checked by secure_folder()

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / f".s.PGSQL.{POSTGRES_PORT}"

    def make(self) -> None:
        """Create the state root and its own folders.

        As root the folder can be traversed but not listed by others, because the servers run under another
        account; as an ordinary user nobody else gets in. Folders that exist keep their permissions.
        """
        mode = 0o711 if os.getuid() == 0 else 0o700
        try:
            self.root.parent.mkdir(parents=True, exist_ok=True)
            for folder, wanted in ((self.root, mode), (self.stack, 0o700), (self.logs, 0o700)):
                if not folder.is_dir():
                    folder.mkdir(mode=wanted, exist_ok=True)
                    folder.chmod(wanted)  # the umask may have taken bits away
        except OSError as problem:
            raise StackError(
                f"The state folder {self.root} cannot be created ({problem.strerror}); "
                "set SOCIARIUM_STATE to a folder you may write to."
            ) from problem
        if not os.access(self.stack, os.W_OK | os.X_OK):
            raise StackError(
                f"The state folder {self.root} belongs to another account; "
                "run as that account or set SOCIARIUM_STATE to a folder of your own."
            )


def secure_folder(path: Path, *, uid: int, gid: int) -> None:
    """Make ``path`` a real folder of mode 0700 owned by ``uid``, or refuse.

    The parent (``/tmp``) can be written by anyone, so what lies there is looked at without following links
    and never repaired: a folder of another account could hold somebody else's socket.
    """
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as problem:
        raise StackError(f"The socket folder {path} cannot be created ({problem.strerror}).") from problem
    # O_NOFOLLOW: between a check by name and its use the name could be swapped for a link.
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as problem:
        raise StackError(f"The socket folder {path} is not a plain folder; remove it.") from problem
    try:
        found = os.fstat(handle)
        if found.st_uid not in {uid, os.getuid()}:
            raise StackError(f"The socket folder {path} belongs to another account; remove it.")
        if found.st_uid != uid:
            os.fchown(handle, uid, gid)
        if stat.S_IMODE(found.st_mode) != 0o700:
            os.fchmod(handle, 0o700)
    finally:
        os.close(handle)
