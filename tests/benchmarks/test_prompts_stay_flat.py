"""Prompts of a long run: a short piece of the bench that draws the picture."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean
from xml.etree import ElementTree

import pytest

from benchmarks.prompts.flat import Point, drawn, lived, observing


@pytest.mark.parametrize("run", [lived, observing])
def test_a_prompt_of_step_40_is_as_long_as_one_of_step_20(run: Callable[..., list[Point]]) -> None:
    points = {point.step: point for point in run(40, 60, every=1)}
    early = fmean(points[step].tokens_in for step in range(15, 25))
    late = fmean(points[step].tokens_in for step in range(31, 41))
    assert late < 1.05 * early
    assert max(point.most for point in points.values()) <= 1100
    assert max(point.tokens_unshared for point in points.values()) <= 750


def test_the_picture_shows_both_and_oasis() -> None:
    points = [Point(step, 60, 1087.0, 741.0, 1096) for step in (1, 2, 40)]
    picture = drawn(points, points)
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert "14,043" in picture
    assert picture.count("1,087") == 2
    assert picture.count("<polyline") == 3
