"""What gallery scenarios were measured to do: figures of finished runs, kept beside the documents."""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from simapp.scenarios.document import scenario_hash
from simapp.scenarios.gallery import get_gallery

FILE = Path(__file__).parent / "gallery" / "measured.json"
# Two-sided 95 % points of Student's t by degrees of freedom.
_T = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 19: 2.093}


class Told(Protocol):
    """What a study says of itself (simapp/fidelity/gallery.py)."""

    what: str
    against: str
    sign: int
    relative: bool


@dataclass(frozen=True)
class Measured:
    """scenario, control: means over the seeds. difference: mean of the paired differences, as a share of the control's
    figure where `relative`; half: half of its 95 % interval, None with one seed. came_out: whether the interval lies
    on the side that was published. document: SHA-256 of the scenario that was run. also: other figures, each as
    [scenario, control]."""

    slug: str
    what: str
    against: str
    scenario: float
    control: float
    difference: float
    half: float | None
    relative: bool
    came_out: bool
    seeds: int
    document: str
    also: dict[str, list[float]]

    @classmethod
    def of(
        cls, slug: str, study: Told, pairs: list[tuple[float, float]], also: dict[str, list[tuple[float, float]]]
    ) -> Measured:
        """Sum up (scenario, control) pairs, one per seed; `also`: those of other figures."""
        apart = [(a - b) / abs(b) if study.relative and b else a - b for a, b in pairs]
        mean = statistics.fmean(apart)
        half = None
        if len(apart) > 1:
            t = _T.get(len(apart) - 1, 2.0)
            half = t * statistics.stdev(apart) / math.sqrt(len(apart))
        return cls(
            slug=slug, what=study.what, against=study.against,
            scenario=_short(statistics.fmean(a for a, _ in pairs)),
            control=_short(statistics.fmean(b for _, b in pairs)),
            difference=_short(mean), half=None if half is None else _short(half), relative=study.relative,
            came_out=study.sign * mean > (half or 0.0), seeds=len(pairs), document=scenario_hash(get_gallery(slug)),
            also={
                name: [_short(statistics.fmean(side)) for side in zip(*held, strict=True)]
                for name, held in also.items()
            },
        )  # fmt: skip

    @property
    def sentence(self) -> str:
        """What was measured, in one sentence."""
        way = f"{self.difference:+.0%}" if self.relative else f"{self.difference:+.3g}"
        if self.half is not None:
            way += f" ± {self.half * 100:.0f} points" if self.relative else f" ± {self.half:.2g}"
        way = way.replace("-", "\N{MINUS SIGN}")
        told = f"{self.what}: {_said(self.scenario)}, against {_said(self.control)} with {self.against} ({way}, "
        return told + f"{self.seeds} pair{'' if self.seeds == 1 else 's'} of runs)."

    @property
    def beside(self) -> str:
        """The other figures, in one line."""
        told = [f"{name} {_said(here)} against {_said(there)}" for name, (here, there) in self.also.items()]
        return "; ".join(told)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types."""
        return asdict(self)

    def row(self) -> str:
        """Return the line of docs/gallery.md's table."""
        return f"| `{self.slug}` | {self.sentence} | {self.beside} | {'yes' if self.came_out else '**no**'} |"


def keep(found: Measured) -> None:
    """Write one scenario's figures into the file, in place of older ones."""
    held = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    held[found.slug] = found.as_dict()
    FILE.write_text(json.dumps(dict(sorted(held.items())), indent=1) + "\n", encoding="utf-8")
    measured.cache_clear()


@cache
def measured() -> dict[str, Measured]:
    """Return what is known, by slug."""
    held = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return {slug: Measured(**fields) for slug, fields in held.items()}


def _said(value: float) -> str:
    """Three significant digits; what is left over from rounding is 0."""
    return "0" if abs(value) < 1e-9 else f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def _short(value: float) -> float:
    return float(f"{value:.4g}")
