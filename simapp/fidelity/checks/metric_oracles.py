"""Metrics give their known values on worlds and trees whose answers are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.cascades import attach, plant, structural_virality
from simapp.engine.core.posts import POST, REPOST, Posts
from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.metrics.registry import metric_named
from simapp.metrics.view import View


class Here(Check):
    """Structural virality of a star, a path and a binary tree; bimodality of two camps; worlds without an answer."""

    order = 15
    expected = "star 50: 1.96; path 50: 17; binary tree 4.9548; two camps 50/50 and 90/10: 1; uniform 5/9; else missing"
    source = "Goel et al. 2016; Pfister et al. 2013; definitions"

    def run(self, bench: Bench) -> Finding:
        star = virality([-1] + [0] * 49)
        path = virality(list(range(-1, 49)))
        tree = virality([(i - 1) // 2 if i else -1 for i in range(31)])
        shapes = [abs(star - 1.96), abs(path - 17.0), abs(tree - 4.954838709677419)]

        even, lopsided = np.repeat([-1.0, 1.0], 5000), np.repeat([-1.0, 1.0], [1000, 9000])
        camps = [_value("bimodality_coefficient", x) for x in (even, lopsided)]
        uniform = _value("bimodality_coefficient", np.linspace(-1, 1, 100_001))
        # The bias-corrected coefficient of n users in two camps is 1 up to terms of 1/n.
        opinions = [*(abs((camp or 0.0) - 1.0) for camp in camps), abs((uniform or 0.0) - 5.0 / 9.0)]
        variance = [_value("opinion_variance", even), _value("opinion_variance", np.zeros(9))]
        missing = [
            *(_value("bimodality_coefficient", x) for x in (np.zeros(100), np.array([0.1, 0.2, 0.3]))),
            *(_value(name, even) for name in ("neighbour_correlation", "ei_index")),
            _value("opinion_variance", np.zeros(0)),
        ]
        ok = (
            max(shapes) < 1e-6
            and max(opinions) < 1e-3
            and variance == [1.0, 0.0]
            and all(value is None for value in missing)
        )
        undefined = sum(value is None for value in missing)
        measured = (
            f"{star:.6f}, {path:.6f}, {tree:.6f}; {camps[0]:.4f}, {camps[1]:.4f}, {uniform:.4f}; "
            f"variance {variance[0]}, {variance[1]}; {undefined} of {len(missing)} missing where undefined"
        )
        return judged(ok, measured, "1e-6; bimodality 1e-3 (finite n)")


def virality(parents: list[int]) -> float:
    """Return the structural virality of a tree, grown through the engine's own cascade."""
    posts = Posts()
    n = len(parents)
    serials = np.arange(n)
    posts.append(
        key=serials + 1, author=serials, step=np.zeros(n, np.int64), kind=np.where(serials == 0, POST, REPOST),
        root=np.zeros(n, np.int64), parent=np.array(parents),
    )  # fmt: skip
    plant(posts, serials[:1])
    for row in range(1, n):
        attach(posts, serials[row : row + 1])
    return structural_virality(int(posts.size[0]), int(posts.wiener[0]))


def _value(metric: str, opinions: NDArray[np.float64]) -> float | None:
    """Return a metric of users with these opinions who follow nobody."""
    nobody = np.zeros(opinions.shape[0] + 1, np.int64)
    view = View(opinions.astype(np.float32)[:, None], nobody, np.zeros(0, np.int32))
    return metric_named(metric).compute(view).value
