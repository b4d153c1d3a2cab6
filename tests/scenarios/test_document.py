from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.checks import advice
from simapp.scenarios.document import Scenario, as_dict, dump_yaml, json_schema, load_scenario, scenario_hash
from simapp.scenarios.problems import ScenarioInvalid
from tests.scenarios.strategies import documents, plain_values


def problems(data: Any) -> dict[str, str]:
    """Return path -> sentence of a document that must be refused."""
    with pytest.raises(WrongInput) as refused:
        load_scenario({"title": "A world", **data})
    return {p.path: p.message for p in refused.value.problems}


@settings(max_examples=60, deadline=None)
@given(documents())
def test_yaml_and_json_read_back_to_an_equal_scenario_with_the_same_hash(data):
    scenario = load_scenario(data)
    for text in (dump_yaml(scenario), json.dumps(as_dict(scenario))):
        again = load_scenario(text)
        assert again == scenario
        assert scenario_hash(again) == scenario_hash(scenario)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*Scenario.model_fields, "usres"]), plain_values, max_size=5))
def test_any_data_is_read_or_refused_with_sentences(data):
    found, scenario = [], None
    try:
        scenario = load_scenario(data)
    except ScenarioInvalid as refused:
        found = refused.problems
    assert (scenario is None) == bool(found)
    for problem in found:
        assert problem.message.endswith((".", "?"))
        assert problem.path in problem.message
        assert "Input should" not in problem.message


def test_only_a_title_is_needed():
    scenario = load_scenario({"title": "A world"})
    assert scenario.topics == ("housing", "transport", "climate", "schools", "health", "technology")
    assert scenario.population.users == 1000
    assert scenario.metrics == ("default",)


def test_the_hash_ignores_how_a_document_is_written_and_sees_what_it_says():
    one = load_scenario('{"title": "A world", "clock": {"steps": 10}, "feed": {"explore": 0}}')
    same = load_scenario("feed: {explore: 0.0}\nclock:\n  steps: 10\ntitle: A world\n")
    other = load_scenario("title: A world\nclock: {steps: 11}\n")
    assert scenario_hash(one) == scenario_hash(same)
    assert scenario_hash(one) != scenario_hash(other)
    assert len(scenario_hash(one)) == 64


def test_a_scenario_cannot_be_changed_in_place():
    scenario = load_scenario({"title": "A world"})
    with pytest.raises(ValidationError):
        scenario.title = "Another"


def test_zero_users_are_refused_with_the_range():
    assert problems({"population": {"users": 0}}) == {
        "population.users": "population.users is 0; it must be a whole number from 1 to 1000000."
    }


@pytest.mark.parametrize(
    ("data", "path", "words"),
    [
        ({"title": None}, "title", "title is empty; it must be text of 1 to 120 characters."),
        ({"populaton": {}}, "populaton", "did you mean population?"),
        ({"population": {"user": 5}}, "population.user", "did you mean population.users?"),
        ({"feed": {"zzz": 5}}, "feed.zzz", "known fields: feed.preset, feed.k"),
        ({"population": {"users": "500"}}, "population.users", '"500"; it must be a whole number'),
        ({"population": {"users": True}}, "population.users", "true; it must be a whole number"),
        ({"population": {"users": 10.5}}, "population.users", "10.5; it must be a whole number"),
        ({"population": 3}, "population", "a group of fields (users, ages"),
        (
            {"population": {"ages": [{"low": 30, "high": 20, "share": 1}]}},
            "population.ages.0.high",
            "from 30 (low)",
        ),
        ({"population": {"ages": [{"low": 30, "high": 40, "share": 0}]}}, "population.ages", "above 0"),
        ({"population": {"activity": {"circadian": [1, 2]}}}, "population.activity.circadian", "24 items"),
        ({"population": {"activity": {"circadian": [0] * 24}}}, "population.activity.circadian", "above 0"),
        (
            {"population": {"activity": {"maximum": 0.001}}},
            "population.activity.maximum",
            "from 0.01 (minimum)",
        ),
        (
            {"population": {"opinions": {"kind": "odd"}}},
            "population.opinions.kind",
            "constant, normal, two_camps",
        ),
        ({"population": {"opinions": {}}}, "population.opinions.kind", "is missing; it must be one of"),
        (
            {"population": {"opinions": {"kind": "normal", "share": 1}}},
            "population.opinions.share",
            "known field",
        ),
        ({"network": {"kind": "none", "mean_followees": 2}}, "network.mean_followees", "not a known field"),
        ({"population": {"users": 5}}, "network.mean_followees", "at most 4, one less than population.users"),
        (
            {
                "population": {"users": 1_000_000},
                "network": {"kind": "watts_strogatz", "mean_followees": 400},
            },
            "network.mean_followees",
            "at most 100 for 1000000 users",
        ),
        (
            {"network": {"kind": "stochastic_block", "by": "opinion", "blocks": [1, 1, 1]}},
            "network.blocks",
            "a list of 2 when by is opinion",
        ),
        ({"topics": []}, "topics", "an empty list; it must be a list of 1 to 12 items"),
        ({"topics": ["housing", "cats"]}, "topics.1", '"cats"; it must be one of housing, transport'),
        ({"topics": ["housing", "housing"]}, "topics", "without repeats"),
        (
            {"platform": {"actions": ["follow", "fly"]}},
            "platform.actions.1",
            '"fly"; it must be one of create_post',
        ),
        ({"platform": {"rules": "mall"}}, "platform.rules", '"mall"; it must be one of microblog, forum'),
        ({"feed": {"preset": "magic"}}, "feed.preset", "one of chronological, reddit-hot, interest"),
        ({"feed": {"params": {"A b": 1}}}, "feed.params.A b", 'has the name "A b"'),
        ({"feed": {"params": {"a": "x"}}}, "feed.params.a", "must be a number"),
        ({"feed": {"explore": float("nan")}}, "feed.explore", "a finite number"),
        ({"minds": {"rates": {"like": 1.5}}}, "minds.rates.like", "1.5; it must be a number from 0 to 1"),
        ({"minds": {"appeal": {"median": 0}}}, "minds.appeal.median", "above 0 and at most 1"),
        ({"clock": {"start": "tomorrow"}}, "clock.start", "like 2026-01-05T12:00Z"),
        ({"clock": {"start": "2026-01-05T12:00:30Z"}}, "clock.start", "to the minute"),
        ({"clock": {"minutes_per_step": 0}}, "clock.minutes_per_step", "from 1 to 1440"),
        ({"metrics": ["Bad Name"]}, "metrics.0", '"Bad Name"'),
        ({"title": "two\nlines"}, "title", "U+000A"),
        ({"seed_posts": [{"text": " ", "topic": "housing"}]}, "seed_posts.0.text", "not blank"),
        (
            {"seed_posts": [{"text": "x" * 2001, "topic": "housing"}]},
            "seed_posts.0.text",
            "(2001 characters)",
        ),
        ({"seed_posts": [{"text": "a\x07b", "topic": "housing"}]}, "seed_posts.0.text", "U+0007"),
        (
            {"seed_posts": [{"text": "hi", "topic": "sport"}]},
            "seed_posts.0.topic",
            "one of the scenario's topics",
        ),
        (
            {"seed_posts": [{"author": 1000, "text": "hi", "topic": "housing"}]},
            "seed_posts.0.author",
            "0 to 999",
        ),
        (
            {"seed_posts": [{"author": -1, "text": "hi", "topic": "housing"}]},
            "seed_posts.0.author",
            "most_followed",
        ),
        (
            {"interventions": [{"at": 3}]},
            "interventions.0.kind",
            "demote_post, first_vote, flood, forget_fact, inject_post",
        ),
        (
            {"interventions": [{"kind": "switch_feed", "at": 0, "preset": "interest"}]},
            "interventions.0.at",
            "from 1",
        ),
        (
            {"interventions": [{"kind": "first_vote", "at": 5, "until": 4}]},
            "interventions.0.until",
            "from 5 (at)",
        ),
        (
            {"interventions": [{"kind": "first_vote", "at": 1, "until": 4, "up": 0.75, "down": 0.5}]},
            "interventions.0.down",
            "at most 0.25",
        ),
        (
            {"interventions": [{"kind": "first_vote", "at": a, "until": 9} for a in (1, 9)]},
            "interventions.1.at",
            "a step after 9",
        ),
    ],
)
def test_a_fault_names_the_field_its_value_and_what_is_accepted(data, path, words):
    found = problems(data)
    assert list(found) == [path]
    assert words in found[path]


def test_all_faults_of_a_document_are_reported_at_once():
    found = problems({"population": {"users": 0, "usres": 1}, "clock": {"steps": "x"}, "feed": {"k": 0}})
    assert set(found) == {"population.users", "population.usres", "clock.steps", "feed.k"}


def test_a_file_of_people_lifts_the_limits_that_depend_on_the_number_of_users():
    people = {"upload": "0" * 64, "format": "oasis-x", "name": "users.csv"}
    post = {"author": 5, "text": "hi", "topic": "housing"}
    scenario = load_scenario(
        {"title": "x", "population": {"users": 1, "people": people}, "seed_posts": [post]}
    )
    assert scenario.population.people.name == "users.csv"


@pytest.mark.parametrize("content", [[1], 3, None, "- 1\n- 2\n", '"text"'])
def test_a_document_that_is_no_group_of_fields_is_refused(content):
    with pytest.raises(WrongInput, match="group of fields such as title"):
        load_scenario(content)


def test_the_start_is_kept_in_utc():
    scenario = load_scenario("title: x\nclock: {start: 2026-03-01T01:30:00+02:00}\n")
    assert scenario.clock.start == datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    assert "2026-02-28T23:30Z" in dump_yaml(scenario)


def test_rules_give_their_default_actions_and_votes():
    forum = load_scenario({"title": "x", "platform": {"rules": "forum"}}).platform
    assert "repost" not in forum.action_names
    assert "dislike_post" in forum.action_names
    assert forum.votes_exclude
    microblog = load_scenario({"title": "x", "platform": {"actions": ["follow"]}}).platform
    assert microblog.action_names == ("follow",)
    assert not microblog.votes_exclude


def test_every_field_of_the_schema_has_a_description_and_every_number_a_range():
    schema = json_schema()
    for name, part in [("Scenario", schema), *schema["$defs"].items()]:
        for field, spec in part["properties"].items():
            if field in {"kind", "schema_version"}:
                continue
            assert "description" in spec, f"{name}.{field}"
            if spec.get("type") in {"integer", "number"}:
                assert {"minimum", "exclusiveMinimum"} & set(spec), f"{name}.{field}"
                assert "maximum" in spec, f"{name}.{field}"


def test_advice_names_what_is_legal_but_odd():
    late = {"kind": "switch_feed", "at": 300, "preset": "interest"}
    odd = load_scenario({"title": "x", "network": {"kind": "none"}, "interventions": [late]})
    assert [a.split(" ")[0] for a in advice(odd)] == ["interventions.0.at", "network.kind"]
    assert advice(load_scenario({"title": "x"})) == []
