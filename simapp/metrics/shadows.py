"""The figures of shadow feeds: one series per preset that a scenario names in feed.shadow, `metric:preset`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from simapp.metrics.base import OnDemand

if TYPE_CHECKING:
    from collections.abc import Iterable

# Metric -> figure of `recommender.shadow.compared`.
FIGURES = {
    "shadow_overlap": "overlap",
    "shadow_gini": "gini",
    "shadow_stance": "stance",
    "shadow_cross_cutting": "cross_cutting",
    "shadow_novelty": "novelty",
}
SEPARATOR = ":"
# What every example of them is of; k = 2, no reposts.
EXAMPLE = (
    "4 users; posts (author, stance, likes + shares): A 2 0.5 3, B 3 -0.4 0, C 1 unknown 1, D 3 0.2 7; viewer 0 (x 0.8)"
    " was shown A B and the preset has A C, viewer 1 (x -0.6) was shown A D and the preset has B D"
)


def series_name(metric: str, preset: str) -> str:
    """Return under which name the values of a metric of one preset are kept."""
    return f"{metric}{SEPARATOR}{preset}"


def presets_in(names: Iterable[str], metric: str) -> list[str]:
    """Return the presets of which a run has series of a metric, in the order of the names."""
    return [name.partition(SEPARATOR)[2] for name in names if name.startswith(metric + SEPARATOR)]


class OfShadows(OnDemand):
    """A figure of what presets would have shown, computed where a scenario names some (feed.shadow)."""

    group: ClassVar[str] = "exposure"
    null: ClassVar[str] = "the same figure of the feed that was shown"
    reference: ClassVar[str] = "definition"
    cost: ClassVar[str] = "per preset and step O(h + v c) for v sampled viewers with c candidates each"
    exactness: ClassVar[str] = (
        "exact for the sampled viewers (feed.shadow_viewers, 1000 unless set, drawn anew in each step); of a share p "
        "the standard error is at most sqrt(p (1 - p) / v)"
    )
    asked_by: ClassVar[str] = "at every step of a scenario that names presets in feed.shadow, one series per preset"
