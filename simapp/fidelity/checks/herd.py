"""One artificial first vote raises what a comment ends up with by as much as in the field experiment."""

from __future__ import annotations

from typing import Any

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, reported
from simapp.fidelity.worlds import assemble, seed_of
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.paths import set_paths

# The chance of the next up-vote is multiplied by 1 + herd * score / (score + 1): +32 % after one vote, as published.
HERD = 0.64


class Here(Check):
    """The gallery's first vote with a feed that does not look at votes: chronological among all. Scores leave the
    artificial vote out.

    Fitted: the effect of one vote on the next, +32 % (Muchnik). Predicted: the final means.
    """

    order = 20
    expected = "mean score after a first up-vote 1.15-1.35 of control; after a down-vote 0.9-1.1"
    source = "Muchnik, Aral & Taylor 2013, Science 341, 647 (+32 % next vote; +25 % final; negative repaired)"
    cost = 30

    def run(self, bench: Bench) -> Finding:
        scores: dict[int, list[float]] = {1: [], 0: [], -1: []}
        for nth in range(bench.size(3, 1)):
            for arm, found in _scores(bench, nth).items():
                scores[arm] += found
        means = {arm: float(np.mean(found)) for arm, found in scores.items()}
        error = {arm: float(np.std(found, ddof=1)) / np.sqrt(len(found)) for arm, found in scores.items()}
        up, down = means[1] / means[0], means[-1] / means[0]
        slack = [
            4.0 * float(np.hypot(error[arm] / means[0], means[arm] * error[0] / means[0] ** 2))
            for arm in (1, -1)
        ]
        ok = 1.15 <= up <= 1.35 and abs(down - 1.0) <= 0.1
        fewest = min(len(found) for found in scores.values())
        measured = f"up {up:.3f} +- {slack[0]:.3f}, down {down:.3f} +- {slack[1]:.3f}, {fewest} posts or more per arm"
        return reported(
            ok, measured, "ranges; +- is 4 standard errors", f"herd {HERD} fitted to the next vote only"
        )


def _scores(bench: Bench, nth: int) -> dict[int, list[float]]:
    document = set_paths(
        get_gallery("first-vote"),
        [
            f"population.users={bench.size(4000, 1500)}", f"minds.herd={HERD}", "feed.preset=chronological",
            "feed.explore=1.0", "feed.params={}", "platform.hot_window_hours=720",
        ],
    )  # fmt: skip
    simulation: Any = assemble(document, seed_of(bench, "herd", nth))
    steps = bench.size(200, 100)
    for _ in range(steps):
        simulation.step()
    posts = simulation.world.posts
    # Posts of the last two days are still being voted on.
    done = (posts.kind == 0) & (posts.step >= 1) & (posts.step <= steps - 48)
    score = posts.likes.astype(np.float64) - posts.dislikes - posts.arm
    return {arm: score[done & (posts.arm == arm)].tolist() for arm in (1, 0, -1)}
