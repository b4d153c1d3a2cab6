from __future__ import annotations

from pathlib import Path

from simapp.scenarios.document import load_scenario
from simapp.scenarios.reference import field_reference

DOCS = Path(__file__).resolve().parents[2] / "docs/scenarios.md"


def test_the_documented_fields_are_the_declared_ones():
    text = DOCS.read_text(encoding="utf-8")
    documented = text.partition("<!-- fields: begin -->\n")[2].partition("<!-- fields: end -->")[0]
    assert documented == field_reference(), "print it anew: python -m simapp.scenarios.reference"


def test_the_example_in_the_documentation_is_a_valid_scenario():
    text = DOCS.read_text(encoding="utf-8")
    example = text.partition("```yaml\n")[2].partition("```")[0]
    assert load_scenario(example).title == "Two camps and a new feed"


def test_the_reference_reaches_into_lists_and_kinds():
    table = field_reference()
    for path in (
        "population.ages.N.low",
        "network (watts_strogatz).rewire",
        "interventions.N (first_vote).until",
    ):
        assert f"| `{path}` |" in table
