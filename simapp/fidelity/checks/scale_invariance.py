"""A world ten times as large at the same density behaves alike, user for user."""

from __future__ import annotations

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, reported
from simapp.fidelity.worlds import assemble, seed_of

STEPS = 48
NAMES = ("active share", "likes per active", "posts per active", "reposts per active", "opinion variance")


class Here(Check):
    """The default scenario for two days at 1000, 10 000 and 100 000 users (unless brief), mean followees 20."""

    order = 26
    expected = "means within 4 standard errors of each other, or the trend named"
    source = "definition"
    cost = 30

    def run(self, bench: Bench) -> Finding:
        sizes = {1000: 24, 10_000: 6} if bench.fast else {1000: 40, 10_000: 12, 100_000: 3}
        means, errors = [], []
        for users, seeds in sizes.items():
            found = np.array([_figures(bench, users, nth) for nth in range(seeds)])
            means.append(found.mean(axis=0))
            errors.append(found.std(axis=0, ddof=1) / np.sqrt(seeds))
        trends = []
        for i, name in enumerate(NAMES):
            gap = means[-1][i] - means[0][i]
            if abs(gap) > 4.0 * float(np.hypot(errors[-1][i], errors[0][i])):
                trends.append(f"{name} {gap / means[0][i]:+.0%} from {min(sizes)} to {max(sizes)} users")
        said = "; ".join(
            f"{name} {', '.join(f'{mean[i]:.4f}' for mean in means)}" for i, name in enumerate(NAMES)
        )
        remark = f"trend: {'; '.join(trends)}" if trends else ""
        return reported(not trends, said, "4 standard errors", remark)


def _figures(bench: Bench, users: int, nth: int) -> list[float]:
    document = {"title": "Fidelity check", "population": {"users": users}, "metrics": ["opinion_variance"]}
    simulation = assemble(document, seed_of(bench, f"scale/{users}", nth))
    totals = dict.fromkeys(("active", "like_post", "create_post", "repost"), 0)
    record = None
    for _ in range(STEPS):
        record = simulation.step()
        for name in totals:
            totals[name] += record.counts.get(name, 0)
    active = max(totals["active"], 1)
    variance = record.metrics["opinion_variance"].value if record is not None else None
    return [
        totals["active"] / users / STEPS,
        totals["like_post"] / active,
        totals["create_post"] / active,
        totals["repost"] / active,
        variance or 0.0,
    ]
