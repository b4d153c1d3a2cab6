"""What NDlib 6.0.1 found for cascades on known networks, and the same asked of the product.

The distributions are written by `python -m benchmarks.ndlib.run`, in an environment of NDlib's own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from simapp.fidelity.base import Bench, Finding, Missing, judged
from simapp.fidelity.cascades import final_sizes
from simapp.fidelity.graphs import KARATE_MEMBERS, karate_pairs, largest_component, polblogs
from simapp.fidelity.worlds import both_ways

FILE = Path(__file__).parent / "data" / "ndlib.json"
# Blog 126 of the largest component has the most links, 351.
CASES: dict[str, dict[str, Any]] = {
    "karate cascade": {"graph": "karate", "model": "independent_cascade", "chance": 0.1, "from": 0},
    "karate cascade 33": {"graph": "karate", "model": "independent_cascade", "chance": 0.1, "from": 33},
    "karate sir": {"graph": "karate", "model": "sir", "beta": 0.1, "gamma": 0.5, "from": 0},
    "blogs cascade": {"graph": "polblogs", "model": "independent_cascade", "chance": 0.008, "from": 126},
    "blogs sir": {"graph": "polblogs", "model": "sir", "beta": 0.004, "gamma": 0.4, "from": 126},
}
SIGNIFICANCE = 0.001


def pairs_of(case: dict[str, Any], data: Path | None) -> tuple[NDArray[np.int32], int]:
    """Return (undirected pairs int32[P, 2], users) of a case's network; Missing where its file is not here."""
    if case["graph"] == "karate":
        return karate_pairs(), KARATE_MEMBERS
    edges, side = polblogs(Bench(0, data=data))
    pairs, kept = largest_component(edges, side.shape[0])
    return pairs, kept.shape[0]


def compared(bench: Bench, graph: str, runs: int) -> Finding:
    """Return how the product's final sizes compare with NDlib's on one network."""
    if not FILE.is_file():
        msg = "needs NDlib's distributions: python -m benchmarks.ndlib.run"
        raise Missing(msg)
    held, said, ok = json.loads(FILE.read_text(encoding="utf-8"))["cases"], [], True
    names = [name for name, case in CASES.items() if case["graph"] == graph]
    chances = []
    for name in names:
        case = held[name]
        theirs = np.repeat(np.array(list(case["sizes"]), np.int64), list(case["sizes"].values()))
        settings = ("chance",) if case["model"] == "independent_cascade" else ("beta", "gamma")
        spread = {"kind": case["model"], **{key: case[key] for key in settings}}
        pairs, users = pairs_of(case, bench.data)
        ours = final_sizes(bench, name, spread, both_ways(pairs), users, case["from"], runs)
        error = float(np.hypot(*(side.std(ddof=1) / np.sqrt(side.shape[0]) for side in (ours, theirs))))
        apart = float(ours.mean() - theirs.mean()) / error
        chances.append(float(ks_2samp(ours, theirs).pvalue))
        ok &= abs(apart) <= 3.0
        said.append(
            f"{name} {ours.mean():.3f} and {theirs.mean():.3f} ({apart:+.1f} SE, p {chances[-1]:.3f})"
        )
    # Holm: the smallest of k has to be below significance / k to count.
    ok &= min(chances) > SIGNIFICANCE / len(chances)
    return judged(ok, "; ".join(said), f"3 joint standard errors; KS p above {SIGNIFICANCE} after Holm")
