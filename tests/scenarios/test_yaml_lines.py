"""Faults in a text are found by line."""

from __future__ import annotations

import pytest

from simapp.scenarios.yaml_lines import line_of, lines_of

TEXT = """title: A
population:
  users: 0
interventions:
- kind: inject_post
  at: 1
- {kind: switch_feed, at: 2}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("title", 1),
        ("population.users", 3),
        ("interventions.0.at", 6),
        ("interventions.1.preset", 7),
        ("population.activity.minimum", 2),
    ],
)
def test_a_field_has_its_line_and_a_missing_one_that_of_its_group(path: str, line: int) -> None:
    assert line_of(path, lines_of(TEXT)) == line


@pytest.mark.parametrize("text", ["title: [", "a: &x [1]\nb: *x", "", "[" * 5000])
def test_text_that_is_not_read_has_no_lines(text: str) -> None:
    assert lines_of(text) == {}
    assert line_of("title", {}) is None
