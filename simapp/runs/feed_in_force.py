"""Which feed ranks in a run after a step: its scenario's, or what the last switch put in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.runs.course import feed_settled_at
from simapp.runs.past import feed_switches
from simapp.store.lineage import segments_of

if TYPE_CHECKING:
    from simapp.models import Run


def preset_after(run: Run, step: int) -> str:
    """Return the preset by which everybody's feed is ranked after `step`; switches of single groups do not count."""
    document = run.scenario_version.document
    settled = feed_settled_at(run)
    planned = [
        (int(one["at"]), 0, str(one["preset"]))
        for one in document.get("interventions") or ()
        if one["kind"] == "switch_feed" and not one.get("group") and settled < int(one["at"]) <= step
    ]
    done = [
        (one.at, 1, str(one.settings["preset"]))
        for one in feed_switches(segments_of(run), after=settled, upto=step)
        if not one.settings.get("group")
    ]
    switches = sorted([*planned, *done], key=lambda one: one[:2])
    return switches[-1][2] if switches else str(document["feed"]["preset"])
