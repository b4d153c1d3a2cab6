from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.importers.people import read_people
from tests.scenarios.importers.files import COLUMNS, x_file, x_row


def check(found, rows):
    """Assert what holds for every import: shapes, a simple graph, distinct handles, honest rows."""
    n = found.users
    assert 0 < n == found.age.size == found.gender.size == found.hourly.shape[0] == found.rows.size
    assert len({p.handle.casefold() for p in found.profiles}) == n
    pairs = set(zip(found.follower.tolist(), found.followee.tolist(), strict=True))
    assert len(pairs) == found.follows
    assert all(a != b and 0 <= a < n and 0 <= b < n for a, b in pairs)
    assert all(0 <= p.author < n and p.text for p in found.seed_posts)
    lost = {s.row for s in found.skipped if s.part == "user"}
    assert sorted({*lost, *found.rows.tolist()}) == list(range(rows))
    assert not lost & set(found.rows.tolist())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused(data):
    try:
        found = read_people(data)
    except WrongInput as refused:
        said = str(refused)
    else:
        said = ""
        assert found.users > 0
    assert "\n" not in said


cells = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        ["[]", "[0]", "[0, 1, 2]", "['a']", "[[]]", "[None]", "[1.5]", "nan", "{}", "[1]*9", str([2] * 24)]
    ),
    st.lists(st.integers(-1, 6), max_size=5).map(str),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, cells)), max_size=6))
def test_any_cells_give_sound_people_or_a_refusal(rows):
    data = x_file(*[x_row(i, **row) for i, row in enumerate(rows)])
    try:
        found = read_people(data)
    except WrongInput as refused:
        assert "no usable user" in str(refused)  # noqa: PT017 - both ends are fine, this one has one reason
    else:
        check(found, len(rows))


entries = st.one_of(
    st.integers(),
    st.fixed_dictionaries(
        {},
        optional={
            k: st.one_of(
                st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just([1])
            )
            for k in ("username", "realname", "bio", "persona", "age", "gender", "mbti", "country")
        },
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(entries, max_size=6))
def test_any_entries_give_sound_people_or_a_refusal(listed):
    try:
        found = read_people(json.dumps(listed).encode())
    except WrongInput as refused:
        assert "no usable user" in str(refused)  # noqa: PT017 - both ends are fine, this one has one reason
    else:
        check(found, len(listed))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \n", "The file is empty."),
        (b"username\xff", "not text in UTF-8 (byte 8)"),
        ("username".encode("utf-16"), "not text in UTF-8 (byte 0)"),
        (b"username,\0", "NUL byte (at byte 9)"),
        (b"PK\x03\x04\x00", "NUL byte"),
        (b"x" * 1001, "The file has 1001 bytes; at most 1000 are accepted."),
        (b"hello world", "no columns username"),
    ],
)
def test_what_is_no_text_of_people_is_refused(data, words):
    with pytest.raises(WrongInput) as refused:
        read_people(data, limit=1000)
    assert words in str(refused.value)


def test_the_content_decides_the_format_and_a_byte_order_mark_does_not_matter():
    table = b"\xef\xbb\xbf" + x_file(x_row(0))
    listed = b'\xef\xbb\xbf  [{"username": "ada"}]'
    assert read_people(table, name="people.json").format == "oasis-x"
    assert read_people(listed, name="people.csv").format == "oasis-reddit"


def test_the_import_knows_which_file_it_came_from():
    found = read_people(x_file(x_row(0)), name="a.csv")
    assert found.name == "a.csv"
    assert len(found.sha256) == 64
    assert found.sha256 != read_people(x_file(x_row(1)), name="a.csv").sha256


def test_ten_thousand_users_are_read_at_once():
    rows = [x_row(i, following_agentid_list=[(i + 1) % 10_000, (i + 2) % 10_000]) for i in range(10_000)]
    found = read_people(x_file(*rows))
    assert (found.users, found.follows, found.skipped) == (10_000, 20_000, [])
    assert np.array_equal(np.bincount(found.followee), np.full(10_000, 2))
