"""A scenario's preview as SVG: numbers in, path data and circles out. Colours are classes; styles are in studio.css."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simapp.web.numbers import thousands, three_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simapp.runs.previews import Picture, Preview

WIDE, HIGH, EDGE = 320.0, 240.0, 8.0
CHART_WIDE, CHART_HIGH = 150.0, 64.0
STANCES = (-0.6, -0.2, 0.2, 0.6)
MINUS = "\u2212"


@dataclass(frozen=True)
class Dot:
    """One user: centre, radius, stance class 1 .. 5."""

    x: str
    y: str
    r: str
    stance: int


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram."""

    x: str
    y: str
    wide: str
    high: str
    stance: int


@dataclass(frozen=True)
class Chart:
    """A small chart: a path or bars in a box of 150 x 64, words for its ends, rows for its table."""

    title: str
    about: str
    low: str
    high: str
    columns: tuple[str, str]
    rows: list[tuple[str, str]]
    upright: str
    path: str = ""
    bars: list[Bar] | None = None

    @property
    def csv(self) -> str:
        """The rows as CSV, numbers as they are shown."""
        text = "".join(f"{x},{y}\r\n" for x, y in [self.columns, *self.rows])
        return text.replace(MINUS, "-").replace("\u202f", "").replace("\u00a0", " ")


def network(picture: Picture) -> tuple[str, list[Dot]]:
    """Return (path data of the ties, users as dots); the most followed are the largest and lie on top."""
    at = np.stack([
        EDGE + picture.at[:, 0] * (WIDE - 2 * EDGE), EDGE + picture.at[:, 1] * (HIGH - 2 * EDGE)
    ], axis=1)  # fmt: skip
    ties = "".join(
        f"M{a[0]:.0f} {a[1]:.0f}L{b[0]:.0f} {b[1]:.0f}"
        for a, b in zip(at[picture.first], at[picture.second], strict=True)
    )
    small = 2.2 if picture.users > 150 else 3.2
    most = max(float(picture.followers.max(initial=1)), 1.0)
    sizes = small + 3.5 * np.sqrt(picture.followers / most) * (picture.followers > 0)
    stance = 1 + np.searchsorted(STANCES, picture.opinion)
    order = np.argsort(picture.followers, kind="stable")
    dots = [Dot(f"{at[i, 0]:.1f}", f"{at[i, 1]:.1f}", f"{sizes[i]:.1f}", int(stance[i])) for i in order]
    return ties, dots


def charts(found: Preview) -> list[Chart]:
    """Return the small charts: opinions, activity, followers."""
    shown = [_opinions(found), _activity(found)]
    return [*shown, _followers(found)] if found.degree else shown


def _opinions(found: Preview) -> Chart:
    bins, top = len(found.shares), max(float(found.shares.max()), 1e-9)
    wide, bars, rows = CHART_WIDE / len(found.shares), [], []
    for i, share in enumerate(found.shares):
        low, high = -1 + 2 * i / bins, -1 + 2 * (i + 1) / bins
        tall = float(share) / top * (CHART_HIGH - 2)
        stance = 1 + int(np.searchsorted(STANCES, (low + high) / 2))
        bars.append(
            Bar(f"{i * wide + 0.5:.1f}", f"{CHART_HIGH - tall:.1f}", f"{wide - 1:.1f}", f"{tall:.1f}", stance)
        )
        rows.append((f"{three_digits(low)} to {three_digits(high)}", _percent(float(share))))
    about = f"share of {thousands(found.people)} users, mean {three_digits(round(found.mean, 3) + 0.0)}"
    upright = f"up to {_percent(top)}"
    return Chart("Opinions", about, f"{MINUS}1", "+1", ("opinion", "users"), rows, upright, bars=bars)


def _activity(found: Preview) -> Chart:
    about = f"chance in the peak hour, median {three_digits(found.median_level)}"
    return _tail("Activity", about, found.activity, "at least")


def _followers(found: Preview) -> Chart:
    sample = f", sample of {thousands(found.counted)}" if found.counted < found.users else ""
    about = f"most followed: {thousands(found.most_followed)}{sample}"
    return _tail("Followers", about, found.degree, "at least", least=1.0)


def _tail(title: str, about: str, line: Sequence[tuple[float, float]], first: str, *, least: float = 0.0) -> Chart:
    """A falling line, both axes logarithmic: the share of users with at least x."""
    points = [(x, share) for x, share in line if share > 0 and x >= least]
    rows = [(three_digits(x), _percent(share)) for x, share in points]
    if len(points) < 2:
        only = three_digits(points[0][0]) if points else "0"
        middle = f"M0 {CHART_HIGH / 2:.0f}H{CHART_WIDE:.0f}" if points else ""
        return Chart(title, about, only, only, (first, "users"), rows, "everybody alike", path=middle)
    low, high = math.log(points[0][0]), math.log(points[-1][0])
    floor, top = math.log(min(share for _, share in points)), math.log(points[0][1])
    path = ""
    for x, share in points:
        right = (math.log(x) - low) / max(high - low, 1e-9) * (CHART_WIDE - 4) + 2
        down = (top - math.log(share)) / max(top - floor, 1e-9) * (CHART_HIGH - 4) + 2
        path += f"{'L' if path else 'M'}{right:.1f} {down:.1f}"
    ends = three_digits(points[0][0]), three_digits(points[-1][0])
    upright = f"{_percent(points[0][1])} to {_percent(points[-1][1])}, both axes log"
    return Chart(title, about, *ends, (first, "users"), rows, upright, path=path)


def _percent(share: float) -> str:
    amount = three_digits(share * 100) if share >= 0.001 or not share else f"{share * 100:.1g}"
    return f"{amount}\u00a0%"
