"""Whatever a server says is either understood or unreadable, and never harms."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.inference.endpoint.heard import (
    Heard,
    Unreadable,
    clean,
    read_completion,
    shown,
    without_key,
    without_reasoning,
)

LEAF = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just(10**400))
JSON = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
MESSAGE = st.fixed_dictionaries(
    {}, optional={"content": JSON, "reasoning_content": JSON, "role": JSON, "tool_calls": JSON}
)
CHOICE = st.fixed_dictionaries(
    {}, optional={"message": MESSAGE | JSON, "logprobs": JSON, "finish_reason": JSON}
)
USAGE = st.fixed_dictionaries(
    {}, optional={"prompt_tokens": JSON, "completion_tokens": JSON, "prompt_tokens_details": JSON}
)
REPLY = st.fixed_dictionaries(
    {}, optional={"choices": st.lists(CHOICE, max_size=2) | JSON, "usage": USAGE | JSON}
)


def heard(held: object) -> Heard:
    return read_completion(json.dumps(held).encode(), sent=400, max_tokens=100)


def reply(content: object, **more: object) -> Heard:
    return heard({"choices": [{"message": {"content": content}}], **more})


@given(st.one_of(REPLY, JSON))
def test_every_json_is_understood_or_unreadable(held):
    try:
        found = heard(held)
    except Unreadable:
        return
    found.text.encode()
    assert "\x00" not in found.text
    assert found.tokens_in is None or 1 <= found.tokens_in <= 400 + 4096
    assert found.tokens_out is None or found.tokens_out >= 0
    assert 0 <= found.tokens_cached <= (found.tokens_in or 0)


@given(st.binary(max_size=200))
def test_every_body_is_understood_or_unreadable(body):
    with pytest.raises(Unreadable):
        read_completion(body, sent=1, max_tokens=1)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("<think>no {}</think>{}", "{}"),
        ("no template end {</think>\n{}", "{}"),
        ("{}<think>and then", "{}"),
        ("<think>only this", ""),
        ("<THINK>a</THINK> <reasoning>b</reasoning> {}", "{}"),
        ("I think <b>{}</b>", "I think <b>{}</b>"),
        ("{}", "{}"),
    ],
)
def test_reasoning_goes_and_the_reply_stays(said, kept):
    assert without_reasoning(said) == (kept, said != kept)


def test_a_reply_in_parts_is_one_text():
    assert (
        reply([{"type": "text", "text": '{"do"'}, {"type": "image"}, 5, {"text": ":[]}"}]).text == '{"do":[]}'
    )


@pytest.mark.parametrize("content", [None, "", 5, {}, []])
def test_a_reply_without_text_is_an_empty_one(content):
    assert reply(content).text == ""


@pytest.mark.parametrize(
    "usage", [None, [], "x", {"prompt_tokens": True}, {"prompt_tokens": 0}, {"prompt_tokens": 1e3}]
)
def test_counts_that_are_none_are_not_counted(usage):
    assert reply("{}", usage=usage).tokens_in is None


def test_counts_that_can_be_are_taken():
    usage = {"prompt_tokens": 90, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 64}}
    found = reply("{}", usage=usage)
    assert (found.tokens_in, found.tokens_out, found.tokens_cached) == (90, 7, 64)


@given(st.text(max_size=400))
def test_what_is_shown_of_a_server_is_one_printable_line(text):
    line = shown(text)
    assert len(line) <= 160
    assert line.isprintable()


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_repeated_key_is_replaced_wherever_it_stands(before, after):
    key = "sk-0123456789"
    assert key not in without_key(clean(f"{before}{key}{after}{key}"), key)
