"""Published ranking formulas, computed by the feeds' own scorers, against hand-made cases."""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.fidelity.base import Bench, Check, Finding, Missing, judged

CASES = 20
WEIGHTS = {
    "x_2023": {"p-like": 0.5, "p-repost": 1.0, "p-reply": 13.5, "p-report": -369.0},
    "x_2026": {
        "p-like": 0.5,
        "p-reply": 5.0,
        "p-repost": 1.0,
        "p-quote": 5.0,
        "p-follow": 4.0,
        "p-mute": -58.8,
        "p-report": -234.0,
    },
}


class Here(Check):
    """Twenty cases each of Reddit hot, Hacker News, Wilson bound, controversy; weights of X 2023 and 2026; bridging."""

    order = 24
    expected = "each formula to 1e-7; shared notes first and by 0.15 ahead where two camps rate 400 x 150"
    source = (
        "Reddit _sorts.pyx; news.arc; X 2023 and 2026 published weights; Community Notes (Wojcik et al. 2022)"
    )
    cost = 5

    def run(self, bench: Bench) -> Finding:
        needed = ["scorers.hot", "scorers.hacker_news", "scorers.wilson", "scorers.controversy", "bridging"]
        parts = {name: _part(name) for name in (*needed, *(f"presets.{preset}" for preset in WEIGHTS))}
        draws = bench.streams
        ups = draws.integers("up", 500, item=np.arange(CASES))
        downs = draws.integers("down", 300, item=np.arange(CASES))
        ups[:3], downs[:3] = (0, 7, 0), (0, 0, 9)
        off = {
            "hot": _hot(parts["scorers.hot"], ups, downs),
            "hacker news": _hacker_news(
                parts["scorers.hacker_news"], ups, draws.integers("age", 3000, item=np.arange(CASES))
            ),
            "wilson": _wilson(parts["scorers.wilson"], ups, downs),
            "controversy": _controversy(parts["scorers.controversy"], ups, downs),
        }
        wrong = [
            f"{preset} {name}"
            for preset, weights in WEIGHTS.items()
            for name, weight in weights.items()
            if dict(parts[f"presets.{preset}"].Here.weights).get(name) != weight
        ]
        shared, own = _bridging(parts["bridging"], bench)
        ok = (
            max(off.values()) < 1e-7
            and not wrong
            and shared.min() > own.max()
            and shared.mean() - own.mean() > 0.15
        )
        said = ", ".join(f"{name} {gap:.0e}" for name, gap in off.items())
        bridged = f"shared {shared.mean():.2f}, own {own.mean():.2f}"
        measured = f"off by: {said}; weights wrong: {', '.join(wrong) or 'none'}; {bridged}"
        return judged(bool(ok), measured, "1e-7; exact; order and gap")


def _part(name: str) -> Any:
    try:
        return importlib.import_module(f"recommender.{name}")
    except ModuleNotFoundError:
        msg = f"needs recommender.{name}"
        raise Missing(msg) from None


def _hot(part: Any, ups: NDArray[np.int64], downs: NDArray[np.int64]) -> float:
    seconds = 1_700_000_000 + 977.0 * np.arange(CASES)
    out = np.empty(CASES)
    part.hot(ups, downs, seconds, out)
    known = [
        round(((s > 0) - (s < 0)) * math.log10(max(abs(s), 1)) + (t - 1134028003) / 45000, 7)
        for s, t in zip((ups - downs).tolist(), seconds.tolist(), strict=True)
    ]
    return float(np.abs(out - known).max())


def _hacker_news(part: Any, ups: NDArray[np.int64], minutes: NDArray[np.int64]) -> float:
    points, thread = ups + 1, np.arange(CASES) * 4
    linked, out = np.arange(CASES) % 3 > 0, np.empty(CASES)
    part.rank(points, minutes.astype(np.float64), thread, linked, out)
    known = []
    for p, age, size, link in zip(
        points.tolist(), minutes.tolist(), thread.tolist(), linked.tolist(), strict=True
    ):
        base = (p - 1) ** 0.8 if p > 1 else float(p - 1)
        factor = 0.4 if not link else min(1.0, (p / size) ** 2) if size > 20 else 1.0
        known.append(base / ((age + 120) / 60) ** 1.8 * factor)
    return float(np.abs(out - known).max())


def _wilson(part: Any, ups: NDArray[np.int64], downs: NDArray[np.int64]) -> float:
    out, z, known = np.empty(CASES), 1.281551565545, []
    part.wilson(ups, downs, out)
    for u, d in zip(ups.tolist(), downs.tolist(), strict=True):
        n = u + d
        if not n:
            known.append(0.0)
            continue
        p = u / n
        known.append(
            (p + z * z / (2 * n) - z * math.sqrt((p * (1 - p) + z * z / (4 * n)) / n)) / (1 + z * z / n)
        )
    return float(np.abs(out - known).max())


def _controversy(part: Any, ups: NDArray[np.int64], downs: NDArray[np.int64]) -> float:
    out = np.empty(CASES)
    part.controversy(ups, downs, out)
    known = [
        (u + d) ** (min(u, d) / max(u, d)) if u and d else 0.0
        for u, d in zip(ups.tolist(), downs.tolist(), strict=True)
    ]
    return float(np.abs(out - known).max())


def _bridging(part: Any, bench: Bench) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the intercepts of notes that both camps like and of notes that one camp likes."""
    users, notes, each = 400, 150, 40
    draws = bench.streams
    note = np.repeat(np.arange(notes), each)
    pick = np.argsort(
        draws.uniform("rater", user=np.arange(users)[None, :], item=np.arange(notes)[:, None]), axis=1
    )
    user = pick[:, :each].reshape(-1)
    kind = note % 3
    yes = np.where(kind == 2, 0.85, np.where(user % 2 == kind, 0.9, 0.1))
    rating = (draws.uniform("rating", user=user, item=note) < yes).astype(np.float64)
    start = 0.2 * (draws.uniform("start", user=np.arange(users)) - 0.5)
    fitted = part.fit(user, note, rating, start, notes).item
    both = np.arange(notes) % 3 == 2
    return fitted[both], fitted[~both]
