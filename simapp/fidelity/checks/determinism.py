"""The same scenario and seed give the same log, whatever the number of workers and the size of batches."""

from __future__ import annotations

from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.worlds import Kept, assemble, seed_of
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.paths import set_paths

WAYS = ((1, 16_384), (1, 16_384), (4, 64), (2, 997))


class Here(Check):
    """The gallery's rumour (and in full first vote), twice with one worker, then with 4 and 2 in small batches."""

    order = 1
    expected = "identical digests of events, decisions and impressions"
    source = "definition (docs/determinism.md)"
    cost = 10

    def run(self, bench: Bench) -> Finding:
        said, same = [], True
        for slug in ("rumour",) if bench.fast else ("rumour", "first-vote"):
            document = set_paths(get_gallery(slug), [f"population.users={bench.size(2000, 500)}"])
            found = set()
            for threads, batch in WAYS:
                kept = Kept(everything=True)
                simulation = assemble(document, seed_of(bench, slug), threads=threads, batch=batch, sink=kept)
                for _ in range(bench.size(40, 15)):
                    simulation.step()
                found.add((simulation.digest, tuple(record.impressions_digest for record in kept.records)))
            said.append(f"{slug}: {len(found)} digest{'s' if len(found) > 1 else ''} of {len(WAYS)} runs")
            same &= len(found) == 1
        return judged(same, "; ".join(said), "exact")
