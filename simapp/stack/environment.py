"""Read settings from environment variables, and say which one is wrong."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from simapp.stack.errors import StackError

if TYPE_CHECKING:
    from pathlib import Path

YES, NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


def flag(name: str) -> bool:
    """A switch: 1/true/yes/on or 0/false/no/off, off when not set."""
    value = os.environ.get(name, "").strip().lower()
    if value not in YES | NO:
        raise StackError(f"{name} is {value!r}; it must be 1 or 0.")
    return value in YES


def number(name: str, default: int) -> int:
    """A whole number that is not negative."""
    value = os.environ.get(name, "").strip()
    if value and not value.isdecimal():
        raise StackError(f"{name} is {value!r}; it must be a whole number.")
    return int(value) if value else default


def words(name: str) -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def secret_key(state_root: Path) -> str:
    """``SECRET_KEY`` from the environment, or one made once and kept, readable by its owner alone."""
    given = os.environ.get("SECRET_KEY", "")
    if given:
        return given
    kept = state_root / "secret_key"
    while True:
        try:
            found = kept.read_text(encoding="ascii").strip()
            if len(found) >= 50:
                return found
            kept.unlink()  # an interrupted write
        except FileNotFoundError:
            _write_secret(kept)
        except PermissionError as problem:
            raise StackError(
                f"{kept} cannot be read by this account; set SECRET_KEY or SOCIARIUM_STATE."
            ) from problem


def _write_secret(kept: Path) -> None:
    from simapp.stack.paths import StatePaths

    StatePaths(kept.parent).make()
    beside = kept.with_name(f"secret_key.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))
    try:
        # link, not rename: of two commands that start at once, the first one's key stays
        kept.hardlink_to(beside)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
