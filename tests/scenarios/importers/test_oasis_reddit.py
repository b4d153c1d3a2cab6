from __future__ import annotations

import json

import numpy as np
import pytest

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.population import GENDERS, ProfileRow
from simapp.scenarios.importers.people import read_people


def read(*people):
    return read_people(json.dumps(people).encode(), name="people.json")


def test_the_real_personas_are_read_whole(shared_data):
    found = read_people((shared_data / "oasis-propagation/users_reddit_36.json").read_bytes())
    assert (found.format, found.users, found.follows, found.skipped) == ("oasis-reddit", 36, 0, [])
    assert np.bincount(found.gender, minlength=4).tolist() == [0, 17, 19, 0]
    first = found.profiles[0]
    assert (first.handle, first.name, first.country, first.mbti) == (
        "millerhospitality",
        "James Miller",
        "UK",
        "ESTJ",
    )
    assert found.age[0] == 40
    assert all(p.persona for p in found.profiles)
    assert np.isnan(found.hourly).all()


def test_fields_that_are_missing_or_odd_become_unknown():
    found = read(
        {"username": "ada", "gender": "Female", "age": "31", "mbti": "intj", "country": None},
        {"username": "bo", "gender": "robot", "age": 500, "mbti": "best", "bio": None, "realname": "Bo B"},
        {"username": "cy", "age": None, "persona": float("nan")},
        {"username": "di", "age": [3]},
    )
    assert found.age.tolist() == [31, 0, 0, 0]
    assert [GENDERS[g] for g in found.gender] == ["female", "other", "unknown", "unknown"]
    assert found.profiles[0] == ProfileRow("ada", "ada", mbti="INTJ")
    assert found.profiles[1] == ProfileRow("bo", "Bo B")
    assert [(s.row, s.part) for s in found.skipped] == [(1, "field")]
    assert "age is 500, not 1 to 120" in found.skipped[0].reason


def test_entries_without_a_usable_user_are_skipped_with_their_row():
    found = read(
        {"username": "ada"}, 5, {"bio": "x"}, {"username": " "}, {"username": "ADA"}, {"username": "y" * 200}
    )
    assert found.users == 1
    assert [s.row for s in found.skipped] == [1, 2, 3, 4, 5]
    assert [s.reason for s in found.skipped] == [
        "It is no group of fields but 5.",
        "It has no username.",
        "Its username is empty.",
        "Its username ADA is taken by row 0 already.",
        "Its username is longer than 100 characters.",
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[]", "no usable user among 0 entries."),
        (b"[1, 2]", "no usable user among 2 entries; the first was skipped because: row 0: It is no group"),
        (b"{}", "holds an object; it must hold a list of users"),
        (b'"people"', "holds a string"),
        (b"42", "holds a number"),
        (b"null", "holds null"),
        (b"true", "holds true or false"),
        (b'[{"username": "a"', "not valid JSON at line 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "too many digits"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(data, words):
    with pytest.raises(WrongInput) as refused:
        read_people(data, name="people.json")
    assert words in str(refused.value)
