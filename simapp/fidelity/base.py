"""What a check is: a known value, how to measure it with the product's own parts, and a verdict."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from simapp.engine.core.streams import Streams

Verdict = Literal["pass", "fail", "reported", "skipped"]


@dataclass(frozen=True)
class Finding:
    """What a check found: figures as text, the tolerance they were held against, the verdict, a remark."""

    measured: str
    tolerance: str
    verdict: Verdict
    remark: str = ""


class Missing(Exception):
    """A check cannot run here; the sentence names what is missing."""


@dataclass(frozen=True)
class Bench:
    """What a check is given: the suite's seed, whether to be brief, and the folder of real data (None: none)."""

    seed: int
    fast: bool = False
    data: Path | None = None
    streams: Streams = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "streams", Streams(self.seed))

    def size(self, whole: int, brief: int) -> int:
        """Return `whole`, or `brief` where the suite is to be fast."""
        return brief if self.fast else whole

    def real(self, *path: str) -> Path:
        """Return a file of the real data; Missing where it is not here."""
        if self.data is None:
            msg = f"needs the real data ({'/'.join(path)}); name their folder with --data"
            raise Missing(msg)
        found = self.data.joinpath(*path)
        if not found.is_file():
            msg = f"needs {'/'.join(path)} in the folder of the real data"
            raise Missing(msg)
        return found


class Check(ABC):
    """One file in `checks/` that defines a class called `Here`.

    order: place in the suite. expected: the known value, as text. source: where it is known from. fast: whether
    it is part of `--fast`. cost: about how many seconds it takes. group: checks of one group run in one process, one
    after another, and may share a world. A Monte-Carlo check sets its tolerance at four standard errors of its own
    number of runs, so that a failure means change and not luck.
    """

    order: ClassVar[int]
    expected: ClassVar[str]
    source: ClassVar[str]
    fast: ClassVar[bool] = True
    cost: ClassVar[int] = 1
    group: ClassVar[str] = ""

    @abstractmethod
    def run(self, bench: Bench) -> Finding:
        """Measure and judge; Missing where something that is needed is not here."""


def judged(ok: bool, measured: str, tolerance: str, remark: str = "") -> Finding:
    """Return a finding that passes or fails."""
    return Finding(measured, tolerance, "pass" if ok else "fail", remark)


def reported(ok: bool, measured: str, tolerance: str, remark: str = "") -> Finding:
    """Return a finding about the default world: where it misses the accepted range it is reported, never tuned away."""
    return Finding(measured, tolerance, "pass" if ok else "reported", remark)


def skipped(why: str) -> Finding:
    """Return a finding that says what is missing."""
    return Finding("", "", "skipped", why)
