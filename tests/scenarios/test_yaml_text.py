from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.yaml_text import MAX_BYTES, read_scalar, read_text, write_yaml


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_read_or_refused_in_one_sentence(content):
    said = ""
    try:
        read_text(content)
    except WrongInput as refused:
        said = str(refused)
    assert "\n" not in said
    assert not said or said.endswith(".")


@settings(max_examples=200, deadline=None)
@given(st.text("{}[]:,-&*!|>'\"#%@` \nabe01.~?", max_size=60))
def test_arbitrary_yaml_is_read_or_refused(content):
    with contextlib.suppress(WrongInput):
        read_text(content)


texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(texts, st.one_of(values, st.lists(values, max_size=3)), min_size=1, max_size=4))
def test_what_is_written_reads_back_alike_with_the_same_types(data):
    again = read_text(write_yaml(data))
    assert again == data
    for key, value in data.items():
        assert type(again[key]) is type(value)


@pytest.mark.parametrize(
    "word", ["yes", "on", "1:30", "1e3", "2026-01-05", "~", "0x1f", "1_000", ".5", "null", "NO"]
)
def test_text_that_looks_like_something_else_survives_a_round_trip(word):
    assert read_text(write_yaml({"a": word})) == {"a": word}


def test_dates_times_and_yes_stay_text_as_in_yaml_1_2():
    assert read_text("a: 2026-01-05T12:00Z\nb: 1:30\nc: yes\nd: 1e3\ne: 0o17\n") == {
        "a": "2026-01-05T12:00Z", "b": "1:30", "c": "yes", "d": 1000.0, "e": "0o17",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a: &x [1]\nb: *x\n", "anchor or alias on line 1"),
        ("a: !!python/object/apply:os.system [ls]\n", "YAML tag on line 1"),
        ("a: 1\na: 2\n", "'a' on line 2 appears twice"),
        ('{"a": 1, "a": 2}', "'a' appears twice"),
        ("a: [1\n", "not valid YAML or JSON at line 2"),
        ("1: 2\n", "key on line 1 is not text"),
        ("a: 1\n---\nb: 2\n", "second YAML document"),
        ("[" * 30, "nested more than 20 levels"),
        ("{" * 100_000, "nested more than 20 levels"),
        ("a: " + "9" * 5000, "5000 digits"),
        ('{"a": ' + "9" * 5000 + "}", "5000 digits"),
        ("   \n", "is empty"),
        (b"a: \xff", "not UTF-8 text (byte 3)"),
        ("a" * (MAX_BYTES + 1), f"at most {MAX_BYTES}"),
        ("a: b\x00c", "not valid YAML"),
    ],
)
def test_dangerous_or_broken_text_is_refused_and_says_where(content, words):
    with pytest.raises(WrongInput) as refused:
        read_text(content)
    assert words in str(refused.value)


def test_an_alias_bomb_is_refused_before_it_grows():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    with pytest.raises(WrongInput, match="anchor or alias"):
        read_text("\n".join(lines))


def test_a_full_megabyte_is_read():
    text = "a: '" + "x" * (MAX_BYTES - 10) + "'\n"
    assert len(read_text(text)["a"]) == MAX_BYTES - 10


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("0.5", 0.5),
        ("true", True),
        ("[a, 1]", ["a", 1]),
        ("{a: 1}", {"a": 1}),
        ("x y", "x y"),
        ("", ""),
        ("[", "["),
        ("null", None),
    ],
)
def test_a_scalar_is_read_with_its_type_and_anything_else_as_text(text, value):
    assert read_scalar(text) == value
