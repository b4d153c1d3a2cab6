"""What a scenario may name is what is there, and everything that is there says what it is."""

from __future__ import annotations

import io
import json

from django.core.management import call_command

from agents.minds import registry as minds
from agents.probes import registry as interviewers
from agents.text.library import list_topics
from recommender.registry import preset_names
from simapp.engine.actions.registry import all_actions, code_of, names_by_code
from simapp.management.commands.plugins import registered
from simapp.scenarios.names import ACTIONS, DEFAULT_ACTIONS, FEED_PRESETS
from simapp.scenarios.parts.models import tier_parts
from simapp.scenarios.topics import TOPICS


def test_a_scenario_may_name_every_action_and_no_other() -> None:
    assert set(ACTIONS) == set(all_actions())
    assert all(set(names) <= set(ACTIONS) for names in DEFAULT_ACTIONS.values())


def test_a_scenario_may_name_every_feed_and_no_other() -> None:
    assert set(FEED_PRESETS) == {*preset_names(), "custom"}


def test_every_topic_of_a_scenario_has_texts() -> None:
    assert {topic.slug if hasattr(topic, "slug") else topic for topic in TOPICS} <= set(list_topics())


def test_stored_codes_lead_back_to_their_actions() -> None:
    assert {name: names_by_code()[code_of(name)] for name in all_actions()} == {name: name for name in all_actions()}


def test_every_mind_is_called_like_its_file() -> None:
    assert "rules" in minds.names()
    assert all(minds.load(name).name == name for name in minds.names())


def test_every_tier_of_a_scenario_has_a_mind_and_every_model_that_can_be_asked_an_interviewer() -> None:
    assert set(tier_parts()) == set(minds.names()) - {"rules"}
    assert set(interviewers.names()) == {"rules", *(set(tier_parts()) - {"archetype"})}
    assert all(interviewers.load(name).tier == name for name in interviewers.names())


def test_the_list_of_plugins_describes_each_of_them(capsys) -> None:
    found = registered()
    assert {"actions", "feed presets", "feed filters", "tiers", "minds", "interviewers", "metrics"} <= set(found)
    for kind, entries in found.items():
        assert entries, kind
        assert all(len(text) > 10 for text in entries.values()), kind
    out = io.StringIO()
    call_command("plugins", json=True, stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1]) == found
