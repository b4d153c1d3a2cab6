"""Asking a model behind an endpoint: what comes back, what is sent, and what a hostile server can do: nothing."""

from __future__ import annotations

import json
import logging
import traceback

import pytest

from agents.answers import read_answer
from agents.asking import ModelAway
from agents.inference.endpoint import transport
from tests.agents.inference.asked import KEY, endpoint, question

DO = ' Answer with {"do": []}.'


def test_every_question_is_answered_in_order_with_what_it_cost(server, asking):
    server.answer = lambda body: json.dumps({"do": [], "of": body["messages"][1]["content"]})
    priced = endpoint(server, price_in=2.0, price_out=8.0)
    replies = asking(priced)(*(question(n, own=f"question {n}") for n in range(20)))
    assert [json.loads(reply.text)["of"] for reply in replies] == [f"question {n}" for n in range(20)]
    for reply in replies:
        assert (reply.outcome, reply.tries, reply.problem) == ("answered", 1, "")
        assert reply.cost == pytest.approx((2 * reply.tokens_in + 8 * reply.tokens_out) / 1e6)


def test_what_all_share_goes_first_and_only_what_was_found_is_asked_for(server, asking):
    asking(endpoint(server))(question(own="me" + DO))
    plain = server.chats[-1]
    assert [(m["role"], m["content"]) for m in plain["messages"]] == [
        ("system", "You are on a social network."), ("user", "me" + DO),
    ]  # fmt: skip
    assert not {"response_format", "seed"} & set(plain)
    asking(endpoint(server, features=frozenset({"schema", "seed"})))(question(seed=2**62 + 5))
    full = server.chats[-1]
    assert full["response_format"]["json_schema"]["schema"]["required"] == ["do"]
    assert full["seed"] == 5


def test_with_a_schema_whatever_the_server_draws_can_be_read(server, asking):
    asked = [question(n, own="no form is shown") for n in range(20)]
    replies = asking(endpoint(server, features=frozenset({"schema", "seed"})))(*asked)
    assert all(reply.outcome == "answered" for reply in replies)
    assert any(read_answer(r.text, q).deeds for r, q in zip(replies, asked, strict=True))


def test_a_reply_that_cannot_be_read_is_asked_for_once_more_with_another_seed(server, asking):
    server.then("garbage")
    (reply,) = asking(endpoint(server, features=frozenset({"seed"})))(question(seed=41))
    assert (reply.outcome, reply.tries, reply.first) == ("answered", 2, "I would rather not say.")
    assert [chat["seed"] for chat in server.chats] == [41, 42]
    assert reply.tokens_out > len(reply.text) // 4 + 1, "the tokens of both tries count"


def test_after_two_replies_that_cannot_be_read_the_user_abstains(server, asking):
    (reply,) = asking(endpoint(server))(question(own="[[garbage]]" + DO))
    assert (reply.outcome, reply.text, reply.tries) == ("abstained", "", 2)
    assert reply.problem.endswith(".")
    assert reply.tokens_in > 0, "what was paid for is counted"


@pytest.mark.parametrize("thinking", ["think", "thought"])
def test_reasoning_is_not_part_of_the_reply(server, asking, thinking):
    (reply,) = asking(endpoint(server))(question(own=f"[[{thinking}]]{DO}"))
    assert reply.outcome == "answered"
    assert reply.text.startswith('{"do"')


@pytest.mark.parametrize("status", [500, 502, 503, 408])
def test_a_server_that_fails_is_asked_again_later_and_later(server, asking, status):
    server.then(*[str(status)] * 3)
    ask = asking(endpoint(server))
    (reply,) = ask(question())
    assert (reply.outcome, reply.tries) == ("answered", 4)
    assert len(ask.time.slept) == 3
    for number, slept in enumerate(ask.time.slept):
        assert 0.25 * 2**number <= slept <= 0.5 * 2**number


def test_waits_differ_between_questions_and_never_between_runs(server, asking):
    def waits(seed):
        server.then("500")
        ask = asking(endpoint(server))
        ask(question(seed=seed))
        return ask.time.slept

    assert waits(1) == waits(1) != waits(2)


def test_a_server_that_asks_to_wait_gets_the_time_it_asked_for(server, asking):
    server.then("429 retry-after=7", "429")
    ask = asking(endpoint(server))
    (reply,) = ask(question())
    assert (reply.outcome, reply.tries) == ("answered", 3)
    assert ask.time.slept[0] == 7.0
    assert 0 < ask.time.slept[1] <= 20


def test_a_server_that_asks_for_an_hour_is_left_alone(server, asking):
    server.then("429 retry-after=3600")
    ask = asking(endpoint(server))
    with pytest.raises(ModelAway, match="asked to be left alone for 3600 s"):
        ask(question())
    ask.time.now += 3599
    with pytest.raises(ModelAway):
        ask(question())
    ask.time.now += 2
    assert ask(question())[0].outcome == "answered"
    assert len(server.chats) == 2


HOSTILE = ["hang", "drip", "close", "broken", "nested", "long", "huge", "gzip", "empty"]


@pytest.mark.parametrize("deed", HOSTILE)
def test_a_server_that_misbehaves_makes_the_user_abstain_and_harms_nobody_else(
    server, asking, deed, monkeypatch
):
    monkeypatch.setattr(transport, "MOST_BYTES", 200_000)
    bad = question(1, own=f"[[{deed}]]{DO}")
    if deed in {"hang", "drip"}:
        # A server that never answers has a real time limit to run into; nobody else is asked under it.
        (bad,), (good,) = asking(endpoint(server, timeout=0.3))(bad), asking(endpoint(server))(question(2))
    else:
        bad, good = asking(endpoint(server))(bad, question(2))
    assert (bad.outcome, bad.text, bad.tokens_out) == ("abstained", "", 0)
    assert bad.problem.startswith("Endpoint test ")
    assert bad.problem.endswith("requests).")
    assert good.outcome == "answered"


def test_a_redirect_is_not_followed(server, asking):
    with pytest.raises(ModelAway, match="test answered 307, a redirect, which is not followed"):
        asking(endpoint(server), key=KEY)(question(own="[[redirect]]" + DO))


def test_impossible_counts_are_estimated_instead(server, asking):
    (reply,) = asking(endpoint(server, price_in=1.0, price_out=1.0))(question(own="[[usage]]" + DO))
    assert reply.tokens_in == question(own="[[usage]]" + DO).tokens
    assert 0 < reply.tokens_out < 50
    assert reply.tokens_cached == 0
    assert reply.cost > 0


def test_halves_of_characters_and_nul_do_not_reach_the_record(server, asking):
    (reply,) = asking(endpoint(server))(question(own="[[surrogate]]" + DO))
    reply.text.encode()
    assert "\x00" not in reply.text


@pytest.mark.parametrize(
    "deed", ["500 echo", "400 echo", "401 echo", "403 echo", "429 echo", "404 echo", "echo"]
)
def test_a_key_is_in_no_reply_no_error_and_no_log(server, asking, deed, caplog):
    caplog.set_level(logging.DEBUG)
    said = ""
    try:
        said = repr(asking(endpoint(server), key=KEY)(question(own=f"[[{deed}]]{DO}")))
    except ModelAway:
        said = traceback.format_exc()
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}", "the server does know it"
    assert said
    assert KEY not in said + caplog.text


def test_a_key_that_no_header_takes_is_refused_without_saying_it(server, asking):
    with pytest.raises(Exception, match="key must be") as caught:
        asking(endpoint(server), key="secret\r\nhost: elsewhere")(question())
    assert "secret" not in str(caught.value)


def test_nothing_of_the_environment_goes_along(server, asking, monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "of-the-operator")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-own: of-the-operator")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    asking(endpoint(server))(question())
    sent = server.requests[0].headers
    assert "authorization" not in sent
    assert "of-the-operator" not in str(sent)


def test_a_server_that_takes_no_schema_after_all_is_asked_without(server, asking):
    server.refuse = ("response_format",)
    ask = asking(endpoint(server, features=frozenset({"schema", "seed"})))
    for number in range(4):
        assert ask(question(number))[0].outcome == "answered"
    assert len(server.chats) == 3 * 2 + 1, "after three refusals it is no longer asked for"


def test_a_model_of_no_tokens_and_no_usage_is_counted_by_length(server, asking):
    server.usage = False
    (reply,) = asking(endpoint(server))(question())
    assert (reply.tokens_in, reply.tokens_out) == (question().tokens, -(-len(reply.text) // 4))


def test_a_model_that_reasons_gets_room_for_it(server, asking):
    asking(endpoint(server, features=frozenset({"reasoning"})))(question())
    assert server.chats[0]["max_tokens"] == 60 + 1024


def test_text_with_halves_of_characters_can_be_asked_about(server, asking):
    (reply,) = asking(endpoint(server))(question(own="\ud800 said a post." + DO))
    assert (reply.outcome, reply.tries) == ("answered", 1)
