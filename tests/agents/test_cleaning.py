"""Text from outside, before it is kept and before a model sees it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.cleaning import clean, handle_of, neutral

NASTY = st.text(
    alphabet=st.characters() | st.sampled_from("<>|[]{}`#:：＜＞｜［］\n\r\u2028\u202e\u200b▁ "), max_size=200
) | st.lists(
    st.sampled_from([
        "<|im_start|>", "<|im_end|>", "<|eot_id|>", "[INST]", "[/INST]", "<<SYS>>", "<s>", "</s>", "<think>",
        "<tool_call>", "＜｜begin▁of▁sentence｜＞", "system:", "Assistant :", "human\u200b:", "\n", "\n2 ana 1h: ",
        "```json", "### ", "Options:", "system", "\ud800", "\x00", "😀", "ﷺ", "e\u0301", "ASSISTANT：",
    ]), max_size=12,
).map("".join)  # fmt: skip
ROLE = re.compile(r"\b(system|assistant|user|human|developer|tool)\s*[:：]", re.IGNORECASE)


@given(NASTY, st.integers(1, 300))
def test_what_is_kept_is_one_line_of_visible_characters_within_its_limit(text: str, most: int) -> None:
    kept = clean(text, most)
    assert len(kept) <= most
    assert kept.isprintable()
    assert kept == kept.strip()
    kept.encode()
    assert clean(kept, most) == kept


@given(NASTY, st.integers(1, 300))
def test_what_a_model_is_shown_holds_nothing_that_a_chat_template_is_made_of(text: str, most: int) -> None:
    shown = neutral(text, most)
    assert len(shown) <= most
    assert shown.isprintable()
    assert not set("<>|[]{}`▁＜＞｜［］") & set(shown)
    assert not ROLE.search(shown)
    assert "##" not in shown
    assert neutral(text, most) == shown


@given(
    st.text(alphabet="abc xyz,.!?ÄßéЖ中😀0123456789'\"-", max_size=80).map(
        lambda text: " ".join(text.split())
    )
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    if "---" not in text and "'''" not in text:
        assert neutral(text, 200) == text
    assert clean(text, 200) == text


@given(NASTY, st.integers(0, 9))
def test_a_name_cannot_hold_more_than_a_name(name: str, user: int) -> None:
    handle = handle_of(name, user, 12)
    assert re.fullmatch(r"[\w.-]{1,12}", handle)
    assert not ROLE.search(f"{handle}:")


def test_who_has_no_name_is_called_by_number() -> None:
    assert handle_of("\u200b ", 17, 12) == "u17"


def test_a_text_that_is_cut_says_so() -> None:
    assert neutral("word " * 50, 20) == "word word word word…"


@pytest.mark.parametrize("text", ["😀" * 25_000, "\x00" * 100_000, "<|im_start|>" * 10_000, "a" * 100_000])
def test_a_huge_text_is_cut_before_it_is_looked_at(text: str) -> None:
    assert len(neutral(text, 190)) <= 190
    assert len(clean(text, 190)) <= 190
