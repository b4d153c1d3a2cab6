"""In the voter model an opinion wins with a chance equal to its share of follow ends."""

from __future__ import annotations

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.graphs import KARATE_MEMBERS, karate
from simapp.fidelity.worlds import assemble, copies, seed_of, silent

ONES = (0, 32, 33)
CHANCE = 45 / 156
CLIQUE = 40


class Here(Check):
    """Karate clubs side by side in one world, members 0, 32 and 33 begin with 1; complete graphs of 40 from half."""

    order = 8
    expected = "frequency 0.2885; mean time (N - 1) ln 2 = 27.0 sweeps on complete graphs of 40"
    source = "Clifford & Sudbury 1973; Sood & Redner 2005 (degree-weighted martingale)"
    cost = 10

    def run(self, bench: Bench) -> Finding:
        clubs = bench.size(8000, 1500)
        first = np.full((clubs, KARATE_MEMBERS), -1.0)
        first[:, ONES] = 1.0
        won, _, left = _until_all_agree(bench, "clubs", karate(), first)
        bound = 4.0 * np.sqrt(CHANCE * (1.0 - CHANCE) / clubs)
        pairs = np.array([(a, b) for a in range(CLIQUE) for b in range(CLIQUE) if a != b], np.int32)
        cliques = bench.size(600, 150)
        half = np.where(np.arange(CLIQUE) % 2 == 0, 1.0, -1.0) * np.ones((cliques, 1))
        _, sweeps, late = _until_all_agree(bench, "cliques", pairs, half)
        about = (CLIQUE - 1) * np.log(2.0)
        slack = 4.0 * sweeps.std(ddof=1) / np.sqrt(cliques)
        # A world is looked at after whole sweeps only, half a sweep late on average.
        mean = float(sweeps.mean()) - 0.5
        ok = abs(won - CHANCE) <= bound and abs(mean - about) <= slack and not left and not late
        return judged(
            ok,
            f"{won:.4f} of {clubs} clubs; {mean:.1f} sweeps over {cliques} graphs",
            f"{bound:.4f} and {slack:.1f} (4 standard errors)",
            f"{left + late} worlds still undecided" if left or late else "",
        )


def _until_all_agree(
    bench: Bench, what: str, edges: np.ndarray, first: np.ndarray
) -> tuple[float, np.ndarray, int]:
    """Return (share of worlds that end at 1, sweeps of each world [W], worlds that did not end)."""
    worlds, members = first.shape
    document = silent(worlds * members, {"kind": "voter", "contacts": "follows"})
    simulation = assemble(
        document, seed_of(bench, what), edges=copies(edges, members, worlds), opinions=first.reshape(-1, 1)
    )
    sweeps = np.zeros(worlds)
    x = simulation.world.users.opinions.reshape(worlds, members)
    for step in range(1, 400):
        simulation.step()
        agreed = np.ptp(x, axis=1) == 0.0
        sweeps[agreed & (sweeps == 0)] = step
        if agreed.all():
            break
    return float((x[:, 0] > 0).mean()), sweeps, int((sweeps == 0).sum())
