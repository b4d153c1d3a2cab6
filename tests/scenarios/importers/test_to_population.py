from __future__ import annotations

import numpy as np
import pytest

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.scenarios.document import load_scenario
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.importers.people import read_people
from simapp.scenarios.importers.to_population import population_from_import
from tests.scenarios.importers.files import x_file, x_row

STREAMS = Streams(7)
PLAIN = load_scenario({"title": "A world"})


def test_real_people_replace_users_follows_and_seed_posts(shared_data):
    data = (shared_data / "oasis-propagation/users_x_111.csv").read_bytes()
    population = population_from_import(read_people(data), get_gallery("rumour"), STREAMS)
    assert population.users == len(population.profiles) == 111
    assert population.follower.size == 85
    assert [(p.author, p.topic, p.stance) for p in population.seed_posts] == [(32, 0, None)]
    assert population.seed_posts[0].appeal == get_gallery("rumour").seed_posts[0].appeal
    assert population.rhythm.shape == population.level.shape == (111,)
    assert population.rhythm.max() < population.rhythms.shape[0]
    assert np.all((population.level > 0) & (population.level <= 1))
    assert population.opinions.shape == (111, 6)
    assert population.profiles.rows(32, 33)[0].handle == "user32"


def test_real_personas_keep_age_and_gender(shared_data):
    data = (shared_data / "oasis-propagation/users_reddit_36.json").read_bytes()
    imported = read_people(data)
    population = population_from_import(imported, PLAIN, STREAMS)
    assert population.users == 36
    assert np.array_equal(population.age, imported.age)
    assert np.array_equal(population.gender, imported.gender)
    assert population.follower.size == len(population.seed_posts) == 0
    assert population.level.min() >= 0.01


def test_level_times_rhythm_is_the_count_over_the_largest_count():
    counts = np.random.default_rng(5).integers(0, 40, (30, 24))
    imported = read_people(
        x_file(*[x_row(i, activity_level_frequency=c.tolist()) for i, c in enumerate(counts)])
    )
    population = population_from_import(imported, PLAIN, STREAMS)
    chance = population.level[:, None] * population.rhythms[population.rhythm]
    assert chance == pytest.approx(counts / counts.max(), abs=1e-6)
    assert population.rhythms[population.rhythm].max(axis=1) == pytest.approx(1.0)


def test_rare_silent_and_unknown_users_get_a_level_of_their_own_kind():
    imported = read_people(
        x_file(
            x_row(0, activity_level_frequency=[1000] * 24),
            x_row(1, activity_level_frequency=[1] * 24),
            x_row(2, activity_level_frequency=[0] * 24),
            x_row(3, activity_level_frequency=""),
        )
    )
    population = population_from_import(imported, PLAIN, STREAMS)
    assert population.level[:3].tolist() == pytest.approx([1.0, 0.01, 0.01])
    drawn = population_from_import(read_people(x_file(*map(x_row, range(4)))), PLAIN, STREAMS)
    assert population.level[3] != pytest.approx(0.01)
    assert population.rhythm[3] < 10
    assert drawn.level.tolist() == [1.0] * 4
    assert np.unique(drawn.rhythm).size == 1  # equal days are one row


def test_opinions_and_voice_come_from_the_scenario_and_the_seed():
    imported = read_people(x_file(*map(x_row, range(50))))
    one, same = (population_from_import(imported, PLAIN, Streams(3)) for _ in range(2))
    other = population_from_import(imported, PLAIN, Streams(4))
    assert np.array_equal(one.opinions, same.opinions)
    assert not np.array_equal(one.opinions, other.opinions)
    assert not np.array_equal(one.voice, other.voice)


def test_an_intervention_by_a_user_the_file_does_not_have_is_refused():
    post = {"kind": "inject_post", "at": 2, "author": 50, "text": "hi", "topic": "housing"}
    scenario = load_scenario({"title": "x", "interventions": [post]})
    imported = read_people(x_file(*map(x_row, range(50))), name="fifty.csv")
    with pytest.raises(
        WrongInput, match=r"interventions\.0\.author is 50; the file fifty\.csv has users 0 to 49"
    ):
        population_from_import(imported, scenario, STREAMS)
