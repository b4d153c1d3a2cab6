"""Sealed secrets: only the right key opens them, only where they belong, and nothing of them shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simapp.store.sealing import SealBroken, seal, unseal

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(TEXT, TEXT)
def test_what_was_sealed_is_opened_where_it_belongs_and_nowhere_else(secret, place):
    sealed = seal(secret, place)
    if secret:
        assert unseal(sealed, place) == secret
    with pytest.raises(SealBroken):
        unseal(sealed, place + "/elsewhere")


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_noticed(at, change):
    sealed = bytearray(seal("sk-0123456789", "http://127.0.0.1:80"))
    sealed[at % len(sealed)] ^= change
    with pytest.raises(SealBroken):
        unseal(bytes(sealed), "http://127.0.0.1:80")


@pytest.mark.parametrize("rest", [b"", b"\x01", b"\x01" * 49, b"\x00" * 100])
def test_what_was_never_sealed_is_not_opened(rest):
    with pytest.raises(SealBroken):
        unseal(rest, "")


def test_the_same_secret_looks_different_each_time():
    assert seal("secret", "here") != seal("secret", "here")
    assert b"secret" not in seal("secret", "here")


def test_under_another_key_it_stays_closed_and_the_sentence_says_why(settings):
    sealed = seal("sk-0123456789", "here")
    settings.SOCIARIUM_FIELD_KEY = "another one"
    with pytest.raises(SealBroken, match="SOCIARIUM_FIELD_KEY or SECRET_KEY is another one now") as caught:
        unseal(sealed, "here")
    assert "sk-" not in str(caught.value)
    assert unseal(seal("x", "here"), "here") == "x"
