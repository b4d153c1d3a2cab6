"""What the storm did and what it cost, as a table and as one JSON object."""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.chaos.plan import MANNERS, NAMED, TARGETS

if TYPE_CHECKING:
    from tests.chaos.storm import Storm

LIMIT = 10.0  # seconds from a part's return to the next step of the slowest run


def summary(storm: Storm, *, seed: int, seconds: float) -> dict[str, Any]:
    """Return the figures of a storm: kills by target and manner, hits by stage, resumes, losses."""
    kills: dict[str, Counter[str]] = {target: Counter() for target in TARGETS}
    hits: Counter[str] = Counter(dict.fromkeys(NAMED, 0))
    for outcome in storm.outcomes:
        kills[outcome.one.target][outcome.one.manner] += 1
        if outcome.one.stage and outcome.hit:
            hits[outcome.one.stage] += 1
    times = sorted(second for outcome in storm.outcomes for second in outcome.resumed.values())
    late = [
        f"{outcome.one.manner} of {outcome.one.target}: a run went on after {slowest:.1f} s only"
        for outcome in storm.outcomes
        if (slowest := max(outcome.resumed.values(), default=0.0)) > LIMIT
    ]
    losses = list(dict.fromkeys(storm.losses))
    return {
        "kills": len(storm.outcomes),
        "seed": seed,
        "by_target": {target: dict(found) for target, found in kills.items() if found},
        "hits": dict(hits),
        "resumes": len(times),
        "resume_seconds": {
            "median": round(median(times), 2) if times else None,
            "p95": round(times[int(0.95 * (len(times) - 1))], 2) if times else None,
            "max": round(times[-1], 2) if times else None,
        },
        "late": late,
        "losses": losses,
        "runs": len(storm.ended),
        "exports": len(storm.blows.exports),
        "reads": storm.looks,
        "steps_pushed": sum(watcher.pushed for watcher in storm.watchers.values()),
        "steps_fetched": sum(watcher.fetched for watcher in storm.watchers.values()),
        "load": round(storm.load, 1),
        "seconds": round(seconds, 1),
        "good": not (losses or late),
    }


def table(found: dict[str, Any]) -> str:
    """Return the figures for people."""
    lines = [f"{'disturbed':<20}" + "".join(f"{manner:>15}" for manner in MANNERS)]
    for target in TARGETS:
        counts = found["by_target"].get(target, {})
        lines.append(f"{target:<20}" + "".join(f"{counts.get(manner, 0):>15}" for manner in MANNERS))
    lines += ["", "hits by stage: " + ", ".join(f"{stage} {count}" for stage, count in found["hits"].items())]
    took = found["resume_seconds"]
    if found["resumes"]:
        lines.append(
            f"{found['resumes']} resumes; seconds to the next step: median {took['median']}, p95 {took['p95']}, "
            f"longest {took['max']} (load up to {found['load']})"
        )
    lines.append(
        f"{found['runs']} runs to their end, {found['exports']} exports, {found['reads']} reads in between, "
        f"{found['steps_pushed']} steps pushed and {found['steps_fetched']} fetched, {found['seconds']:.0f} s"
    )
    lines += [f"LATE: {line}" for line in found["late"]]
    lines += [f"LOSS: {line}" for line in found["losses"]]
    lines.append(f"{found['kills']} kills, {len(found['losses'])} losses")
    return "\n".join(lines)
