"""Prompts of a long run: a short piece of the bench that draws the picture."""

from __future__ import annotations

from statistics import fmean
from xml.etree import ElementTree

from benchmarks.prompts.flat import drawn, lived


def test_a_prompt_of_step_40_is_as_long_as_one_of_step_20() -> None:
    points = {point.step: point for point in lived(40, 60, every=1)}
    early = fmean(points[step].tokens_in for step in range(15, 25))
    late = fmean(points[step].tokens_in for step in range(31, 41))
    assert late < 1.05 * early
    assert max(point.most for point in points.values()) <= 1100
    assert max(point.tokens_unshared for point in points.values()) <= 750
    picture = drawn([points[step] for step in sorted(points)])
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert "14,043" in picture
