"""The folder of encoded texts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.embeddings.hashing import HashedWords
from recommender.embeddings.quantise import squared_lengths, unit_to_int8
from recommender.embeddings.store import TextVectors


class Counting(HashedWords):
    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:
        self.encoded += texts
        return super().encode(texts)


def test_a_second_run_encodes_nothing_again(tmp_path):
    first, second = Counting(), Counting()
    made = TextVectors(first, tmp_path).vectors(["a cat", "a dog", "a cat"])
    assert first.encoded == ["a cat", "a dog"]
    again = TextVectors(second, tmp_path).vectors(["a dog", "a cat"])
    assert second.encoded == []
    np.testing.assert_array_equal(again, made[[1, 0]])


def test_another_encoder_does_not_read_foreign_vectors(tmp_path):
    class Other(Counting):
        fingerprint = "another model"

    TextVectors(Counting(), tmp_path).vectors(["a cat"])
    other = Other()
    TextVectors(other, tmp_path).vectors(["a cat"])
    assert other.encoded == ["a cat"]


@settings(max_examples=40, deadline=None)
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_damaged_record_is_encoded_again_and_the_others_are_kept(place, bit, tmp_path_factory):
    folder = tmp_path_factory.mktemp("vectors")
    texts = ["a cat", "a dog", "a tram"]
    expected = TextVectors(Counting(), folder).vectors(texts)
    shard = next(folder.glob("*/*.vectors"))
    data = bytearray(shard.read_bytes())
    data[place % len(data)] ^= 1 << bit
    shard.write_bytes(data)
    encoder = Counting()
    np.testing.assert_array_equal(TextVectors(encoder, folder).vectors(texts), expected)
    assert len(encoder.encoded) == 1


@pytest.mark.parametrize("kept", [0, 1, 100, 500])
def test_a_cut_file_costs_only_what_was_cut_off(tmp_path, kept):
    texts = ["a cat", "a dog"]
    expected = TextVectors(Counting(), tmp_path).vectors(texts)
    shard = next(tmp_path.glob("*/*.vectors"))
    shard.write_bytes(shard.read_bytes()[:kept])
    encoder = Counting()
    np.testing.assert_array_equal(TextVectors(encoder, tmp_path).vectors(texts), expected)
    assert len(encoder.encoded) == (1 if kept == 500 else 2)


def test_the_folder_does_not_grow_past_its_cap(tmp_path):
    store = TextVectors(Counting(), tmp_path, cap=5)
    for n in range(10):
        store.vectors([f"text {n}"])
    assert len(store) == 5
    assert len(TextVectors(Counting(), tmp_path, cap=5)) == 5


def test_many_small_files_are_merged_into_one(tmp_path):
    store = TextVectors(Counting(), tmp_path)
    for n in range(100):
        store.vectors([f"text {n}"])
    assert len(list(tmp_path.glob("*/*"))) < 40
    encoder = Counting()
    TextVectors(encoder, tmp_path).vectors([f"text {n}" for n in range(100)])
    assert encoder.encoded == []


def test_two_writers_keep_each_others_texts(tmp_path):
    one, other = TextVectors(Counting(), tmp_path), TextVectors(Counting(), tmp_path)
    for n in range(40):
        one.vectors([f"one {n}"])
        other.vectors([f"other {n}"])
    encoder = Counting()
    TextVectors(encoder, tmp_path).vectors([f"{who} {n}" for who in ("one", "other") for n in range(40)])
    assert encoder.encoded == []


def test_a_folder_that_cannot_be_written_costs_time_and_no_run(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    made = TextVectors(Counting(), blocked).vectors(["a cat"])
    np.testing.assert_array_equal(made, HashedWords().encode(["a cat"]))


def test_without_a_folder_nothing_is_kept():
    encoder = Counting()
    store = TextVectors(encoder)
    store.vectors(["a cat"])
    store.vectors(["a cat"])
    assert encoder.encoded == ["a cat", "a cat"]
    assert len(store) == 0


def test_no_texts_give_no_vectors(tmp_path):
    assert TextVectors(Counting(), tmp_path).vectors([]).shape == (0, 384)


@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=4, max_size=4))
def test_quantised_vectors_have_length_127(numbers):
    vector = np.array([numbers], np.float32)
    made = unit_to_int8(vector)
    if np.linalg.norm(vector.astype(np.float64)) == 0:
        assert not made.any()
        return
    assert abs(np.sqrt(squared_lengths(made)[0]) - 127) <= 1.01
    unit = vector.astype(np.float64) / np.linalg.norm(vector.astype(np.float64))
    assert np.abs(made - unit * 127).max() <= 0.5001
