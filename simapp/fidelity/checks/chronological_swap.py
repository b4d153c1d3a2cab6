"""Putting people from a ranked feed back to a chronological one: less activity, other exposure, the same opinions."""

from __future__ import annotations

from typing import Any

import numpy as np

from recommender.registry import preset_names
from simapp.fidelity.base import Bench, Check, Finding, Missing, reported
from simapp.fidelity.worlds import Kept, assemble, seed_of

RANKED = "engagement"
PAIRS = 20
USERS = 400
BEFORE, AFTER = 12, 24


class Here(Check):
    """Paired worlds that share half a day under an engagement ranking; then one arm turns chronological for a day.

    Uncivil content is left out: posts have no civility.
    """

    order = 21
    expected = "activity falls; opinion change: interval covers 0 and is below 0.05 standard deviations"
    source = "Guess et al. 2023, Science 381, 398; Milli et al. 2025 (directions)"
    fast = False
    cost = 40

    def run(self, bench: Bench) -> Finding:
        if RANKED not in preset_names():
            msg = f"needs the preset {RANKED}"
            raise Missing(msg)
        # A feed keeps settings only; built once, the text encoder behind it is loaded once.
        feeds: list[Any] = []
        pairs = np.array([_pair(bench, nth, feeds) for nth in range(PAIRS)])
        mean, error = pairs.mean(axis=0), pairs.std(axis=0, ddof=1) / np.sqrt(PAIRS)
        interval = 2.093 * error  # t, 19 degrees of freedom, 95 %
        activity, cross, opinion = mean
        ok = activity + interval[0] < 0 and abs(opinion) <= interval[2] and abs(opinion) < 0.05
        measured = (
            f"activity {activity:+.1%} +- {interval[0]:.1%}; cross-cutting exposure {cross:+.1%} +- {interval[1]:.1%}; "
            f"opinions {opinion:+.4f} +- {interval[2]:.4f} SD, {PAIRS} pairs"
        )
        return reported(
            bool(ok), measured, "95 % intervals", "uncivil content is not measured: posts have no civility"
        )


def _pair(bench: Bench, nth: int, feeds: list[Any]) -> tuple[float, float, float]:
    """Return (relative change of reactions, change of the cross-cutting share, shift of mean opinion in SD)."""
    found = []
    for switch in (False, True):
        changes = (
            [{"kind": "switch_feed", "at": BEFORE + 1, "preset": "chronological", "params": {}}]
            if switch
            else []
        )
        document = {
            "title": "Fidelity check", "population": {"users": USERS, "activity": {"minimum": 0.1}},
            "feed": {"preset": RANKED}, "interventions": changes, "metrics": ["posts_written"],
            "minds": {"rates": {"like": 0.1}},
        }  # fmt: skip
        simulation = assemble(document, seed_of(bench, "swap", nth), sink=(kept := Kept(everything=True)))
        feeds.append(simulation.feed)
        simulation.feed = feeds[0]
        reactions, across, shown = 0, 0, 0
        for step in range(BEFORE + AFTER):
            record = simulation.step()
            if step < BEFORE:
                continue
            reactions += sum(record.counts.get(name, 0) for name in ("like_post", "repost", "create_comment"))
            x = record.opinions[:, 0]
            author = record.impressions.post >> 32
            known = (record.impressions.post >= 0) & (author < x.shape[0])
            sides = np.sign(x[record.impressions.viewer[known]]) * np.sign(x[author[known]])
            across, shown = across + int((sides < 0).sum()), shown + int((sides != 0).sum())
        kept.records.clear()
        found.append(
            (reactions, across / max(shown, 1), simulation.world.shown_opinions()[:, 0].astype(np.float64))
        )
    (likes, crossed, before), (fewer, now, after) = found
    return fewer / max(likes, 1) - 1.0, now - crossed, float((after.mean() - before.mean()) / before.std())
