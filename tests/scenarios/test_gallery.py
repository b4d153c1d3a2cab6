from __future__ import annotations

import pytest

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.scenarios.checks import advice
from simapp.scenarios.gallery import gallery_text, get_gallery, list_gallery
from simapp.scenarios.population.build import build_population


def test_the_gallery_has_the_three_first_scenarios():
    assert {"echo-chambers", "first-vote", "rumour"} <= set(list_gallery())


@pytest.mark.parametrize("slug", list_gallery())
def test_a_gallery_scenario_is_valid_sourced_and_builds(slug):
    scenario = get_gallery(slug)
    assert scenario.question.endswith("?")
    assert scenario.source
    assert scenario.expected.endswith(".")
    assert advice(scenario) == []
    population = build_population(scenario, Streams(1))
    assert population.users == scenario.population.users
    assert len(population.seed_posts) == len(scenario.seed_posts)


def test_a_gallery_scenario_says_what_it_is_made_of():
    assert get_gallery("echo-chambers").feed.preset == "interest"
    assert get_gallery("echo-chambers").minds.opinion.kind == "baumann"
    assert get_gallery("rumour").seed_posts[0].author == "most_followed"
    assert get_gallery("first-vote").platform.rules == "forum"
    assert get_gallery("first-vote").interventions[0].kind == "first_vote"


@pytest.mark.parametrize("slug", ["echo", "", "../document", "rumour.yaml", "/etc/passwd"])
def test_an_unknown_slug_is_refused_and_the_known_are_named(slug):
    with pytest.raises(WrongInput, match=r"known: bot-flood, bridging-feed, .*, rumour"):
        gallery_text(slug)
