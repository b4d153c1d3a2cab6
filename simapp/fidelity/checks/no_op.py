"""An intervention without effect leaves every metric of every step as it was, to the bit."""

from __future__ import annotations

from typing import Any

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.worlds import Kept, assemble, seed_of
from simapp.scenarios.document import as_dict
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.paths import set_paths

NOTHING: dict[str, list[dict[str, Any]]] = {
    "a first vote for nobody": [{"kind": "first_vote", "at": 3, "until": 20, "up": 0.0, "down": 0.0}],
    "a switch to the same feed": [{"kind": "switch_feed", "at": 5, "preset": "chronological", "params": {}}],
}


class Here(Check):
    """The gallery's rumour beside itself with a first vote that nobody gets, and with a switch to its own feed."""

    order = 2
    expected = "paired difference of all metrics exactly 0; the same digest"
    source = "common random numbers (docs/determinism.md)"
    cost = 5

    def run(self, bench: Bench) -> Finding:
        plain, metrics = _metrics(bench, [])
        said, same = [], True
        for what, changes in NOTHING.items():
            digest, found = _metrics(bench, changes)
            different = sum(a != b for a, b in zip(metrics, found, strict=True))
            said.append(f"{what}: {different} of {len(found)} values differ")
            same &= different == 0 and digest == plain
        return judged(same, "; ".join(said), "exact")


def _metrics(bench: Bench, changes: list[dict[str, Any]]) -> tuple[bytes, list[Any]]:
    document = set_paths(get_gallery("rumour"), [f"population.users={bench.size(1500, 500)}"])
    simulation = assemble(
        {**as_dict(document), "interventions": changes},
        seed_of(bench, "no-op"),
        sink=(kept := Kept(everything=True)),
    )
    for _ in range(bench.size(40, 25)):
        simulation.step()
    values = [point for record in kept.records for _, point in sorted(record.metrics.items())]
    return simulation.digest, values
