from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.document import Scenario, as_dict, load_scenario
from simapp.scenarios.paths import get_path, set_path, set_paths, with_values
from tests.scenarios.strategies import documents

WORLD = load_scenario({"title": "A world"})


def leaves(value, path=""):
    """Return (path, value) of every leaf of plain data."""
    if isinstance(value, dict):
        return [leaf for k, v in value.items() for leaf in leaves(v, f"{path}.{k}" if path else k)]
    if isinstance(value, list):
        return [leaf for i, v in enumerate(value) for leaf in leaves(v, f"{path}.{i}")]
    return [(path, value)]


@settings(max_examples=40, deadline=None)
@given(documents(), st.data())
def test_setting_a_field_to_what_it_holds_changes_nothing(data, chosen):
    scenario = load_scenario(data)
    path, value = chosen.draw(st.sampled_from(leaves(as_dict(scenario))))
    assert get_path(scenario, path) == value
    assert with_values(scenario, {path: value}) == scenario
    assert set_path(scenario, f"{path}={json.dumps(value, ensure_ascii=False)}") == scenario


@settings(max_examples=150, deadline=None)
@given(st.text("abcdefg.=0123456789{}[]-", max_size=30) | st.text(max_size=20))
def test_any_assignment_is_applied_or_refused(assignment):
    with contextlib.suppress(WrongInput):
        assert isinstance(set_path(WORLD, assignment), Scenario)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 1_000_000))
def test_a_number_of_users_is_set(users):
    scenario = set_paths(WORLD, ["network.kind=none", f"population.users={users}"])
    assert scenario.population.users == users


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("population.users=500", 500),
        ("feed.explore=0", 0.0),
        ("title=123", "123"),
        ("title=true", "true"),
        ("title='quoted: text'", "quoted: text"),
        ("question=", ""),
        ("topics=[housing, sport]", ["housing", "sport"]),
        ("topics.1=sport", "sport"),
        ("feed.params.half_life=2", 2.0),
        ("clock.start=2026-02-01T00:00", "2026-02-01T00:00Z"),
        ("metrics=default", ["default"]),
        ("platform.exclusive_votes=true", True),
        ("platform.actions=[follow]", ["follow"]),
        ("population.activity.time_zones.0.offset=-3", -3),
        ("seed_posts.0={text: hello, topic: housing}", None),
    ],
)
def test_values_are_typed_by_the_field_they_go_to(assignment, value):
    changed = set_path(WORLD, assignment)
    if value is not None:
        assert get_path(changed, assignment.split("=")[0]) == value
    else:
        assert changed.seed_posts[0].text == "hello"


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("population.users=0", "population.users is 0; it must be a whole number from 1 to 1000000."),
        ("population.users=many", 'population.users is "many"'),
        ("population.user=5", "did you mean population.users?"),
        ("popluation.users=5", "did you mean population?"),
        ("population.users.x=3", "population.users is 1000, not a group of fields"),
        ("interventions.0.at=3", "interventions.0 does not exist"),
        ("topics.99=sport", "topics.99 does not exist"),
        ("nonsense", "write path=value"),
        ("=5", "write path=value"),
    ],
)
def test_a_wrong_assignment_is_refused_in_one_sentence(assignment, words):
    with pytest.raises(WrongInput) as refused:
        set_path(WORLD, assignment)
    assert words in str(refused.value)


def test_another_kind_keeps_shared_fields_and_drops_the_rest():
    ring = set_path(set_path(WORLD, "network.mean_followees=8"), "network.kind=watts_strogatz").network
    assert (ring.kind, ring.mean_followees, ring.rewire) == ("watts_strogatz", 8.0, 0.1)
    assert set_path(WORLD, "population.opinions.kind=normal").population.opinions.kind == "normal"
    assert set_path(WORLD, "minds.opinion.kind=none").minds.opinion.kind == "none"


def test_assignments_are_checked_together():
    small = set_paths(WORLD, ["population.users=5", "network.mean_followees=2"])
    assert small.population.users == 5
    with pytest.raises(WrongInput, match="one less than"):
        set_path(WORLD, "population.users=5")


def test_the_original_scenario_stays_as_it_was():
    before = as_dict(WORLD)
    set_path(WORLD, "topics.0=sport")
    assert as_dict(WORLD) == before
