from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest

from simapp.engine.core.streams import Streams
from simapp.scenarios.population import profiles as made
from simapp.scenarios.population import words
from simapp.scenarios.population.profiles import MAX_USERS, GeneratedProfiles

LISTS = {n: getattr(words, n) for n in ("FEMALE", "MALE", "NEUTRAL", "LAST", "ADJECTIVES", "NOUNS")}


def people(n, seed=3, topics=("housing", "transport", "climate"), age=30):
    users = np.arange(n)
    gender = (users % 4).astype(np.uint8)
    return GeneratedProfiles(Streams(seed), gender, np.full(n, age, np.int16), topics)


def test_word_lists_are_disjoint_lower_case_letters():
    for (a, left), (b, right) in itertools.combinations(LISTS.items(), 2):
        assert not set(left) & set(right), (a, b)
    for name, listed in LISTS.items():
        assert len(set(listed)) == len(listed), name
        assert all(re.fullmatch(r"[a-z]+", word) for word in listed), name
    assert len(words.FEMALE) == len(words.MALE) == len(words.NEUTRAL)


def test_every_style_has_room_for_its_share_of_a_million_users():
    assert sum(style.slots for style in made._STYLES) == 32
    for style, size in zip(made._STYLES, made._SIZES, strict=True):
        assert size >= math.ceil(MAX_USERS / 32) * style.slots, style


@pytest.mark.parametrize("seed", [0, 1, 2**62])
def test_no_two_of_a_million_users_share_a_place_in_a_style(seed):
    users = np.arange(MAX_USERS)
    profiles = GeneratedProfiles(
        Streams(seed), np.zeros(MAX_USERS, np.uint8), np.zeros(MAX_USERS, np.int16), ("housing",)
    )
    style, place = profiles._handle_places(users)
    assert np.all(place < np.array(made._SIZES)[style])
    assert np.unique(style * 10**8 + place).size == MAX_USERS


def test_handles_of_a_population_are_distinct_and_plain():
    handles = [row.handle for row in people(30_000).rows(0, 30_000)]
    assert len(set(handles)) == 30_000
    assert all(re.fullmatch(r"[a-z0-9_]{3,40}", handle) for handle in handles)


def test_slices_show_the_same_people_as_the_whole():
    whole = people(500).rows(0, 500)
    assert [row for lo in range(0, 500, 37) for row in people(500).rows(lo, lo + 37)] == whole
    assert people(500).rows(499, 900) == whole[499:]
    assert people(500).rows(500, 510) == []


def test_a_larger_population_begins_with_the_same_people():
    assert people(5_000).rows(0, 200) == people(200).rows(0, 200)


def test_another_seed_gives_other_people():
    assert people(100, seed=3).rows(0, 100) != people(100, seed=4).rows(0, 100)


def test_first_names_suit_the_gender():
    lists = {1: words.FEMALE, 2: words.MALE, 3: words.NEUTRAL, 0: words.NEUTRAL}
    for user, row in enumerate(people(400).rows(0, 400)):
        assert row.name.split()[0].lower() in lists[user % 4]


def test_a_handle_made_of_a_name_is_the_users_name():
    checked = 0
    for row in people(400).rows(0, 400):
        first, last = row.name.lower().split()
        tokens = set(re.split(r"[_0-9]+", row.handle)) - {""}
        if tokens & {*words.FEMALE, *words.MALE, *words.NEUTRAL}:
            assert first in tokens
            checked += 1
        if tokens & set(words.LAST):
            assert last in tokens
    assert checked > 100


def test_bios_vary_mention_topics_and_are_sometimes_empty():
    rows = people(5_000).rows(0, 5_000)
    bios = [row.bio for row in rows if row.bio]
    assert len(bios) / len(rows) == pytest.approx(0.89, abs=0.02)
    assert len(set(bios)) > 3_000
    assert max(len(bio) for bio in bios) <= 160
    assert np.mean([any(t in b.lower() for t in ("housing", "transport", "climate")) for b in bios]) > 0.8
    assert not any(re.search(r"[{}]|  ", bio) for bio in bios)


def test_interests_are_two_distinct_topics_and_the_persona_names_both():
    profiles = people(300)
    interests = profiles.interests(0, 300)
    assert interests.shape == (300, 2)
    assert np.all(interests[:, 0] != interests[:, 1])
    assert set(interests.ravel().tolist()) == {0, 1, 2}
    labels = ("housing", "public transport", "climate")
    for row, pair in zip(profiles.rows(0, 300), interests, strict=True):
        assert all(labels[t] in row.persona for t in pair)


def test_a_single_topic_is_no_trouble():
    assert people(50, topics=("sport",)).interests(0, 50).tolist() == [[0, 0]] * 50


@pytest.mark.parametrize(("age", "word"), [(15, "student"), (70, "retired")])
def test_occupations_suit_the_age(age, word):
    assert all(word in row.persona for row in people(40, age=age).rows(0, 40))


def test_more_users_than_handles_are_refused():
    with pytest.raises(ValueError, match="distinct handles"):
        people(MAX_USERS + 1)
