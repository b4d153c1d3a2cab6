"""Several endpoints, limits, and servers that are gone."""

from __future__ import annotations

import socket
from collections import Counter

import pytest

from agents.asking import ModelAway
from tests.agents.inference.asked import endpoint, question
from tests.servers.conforming import ConformingServer, conforming_server


@pytest.fixture
def other():
    with conforming_server() as found:
        yield found


@pytest.fixture
def nobody():
    """The address of a port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return ConformingServer(base_url=f"http://127.0.0.1:{port}/v1")


def test_questions_are_shared_out_by_weight(server, other, asking):
    ask = asking(
        endpoint(server, weight=3.0, concurrency=100), endpoint(other, name="other", concurrency=100)
    )
    ask(*(question(n) for n in range(100)))
    assert 60 <= len(server.chats) <= 90
    assert len(server.chats) + len(other.chats) == 100


def test_who_is_asked_depends_on_the_question_and_not_on_the_order(server, other, asking):
    def asked(numbers):
        before = len(server.chats)
        ask = asking(endpoint(server, concurrency=50), endpoint(other, name="other", concurrency=50))
        ask(*(question(n, own=f"number {n}: " + '{"do": []}') for n in numbers))
        return Counter(chat["messages"][1]["content"] for chat in server.chats[before:])

    assert asked(range(30)) == asked(reversed(range(30)))


def test_a_dead_server_is_found_out_and_another_takes_over(nobody, other, asking):
    ask = asking(endpoint(nobody, weight=1000.0), endpoint(other, name="other"))
    replies = ask(*(question(n) for n in range(12)))
    assert all(reply.outcome == "answered" for reply in replies)
    assert {reply.model for reply in replies} == {f"tiny@{other.base_url[7:-3]}"}


def test_where_nobody_answers_the_whole_batch_goes_elsewhere(nobody, asking):
    ask = asking(endpoint(nobody))
    with pytest.raises(ModelAway, match="test cannot be reached: nothing answers at its address"):
        ask(*(question(n) for n in range(5)))
    slept = len(ask.time.slept)
    with pytest.raises(ModelAway):
        ask(question(9))
    assert len(ask.time.slept) == slept, "it is not tried again before its rest is over"


def test_after_its_rest_one_request_finds_out_whether_a_server_is_back(server, asking):
    ask = asking(endpoint(server))
    failing = [question(n, own=f"[[500]] number {n}") for n in range(20)]
    with pytest.raises(ModelAway, match="answered 500"):
        ask(*failing[:6])
    # What the first six waited between their tries has passed as well.
    ask.time.now += 5
    with pytest.raises(ModelAway):
        ask(failing[6])
    ask.time.now += 15
    with pytest.raises(ModelAway):
        ask(*failing[10:16])
    asked = {chat["messages"][1]["content"] for chat in server.chats}
    assert failing[6].own not in asked
    assert len(asked & {one.own for one in failing[10:16]}) == 1, "the others waited for the answer of one"
    ask.time.now += 29
    with pytest.raises(ModelAway):
        ask(question(8))
    ask.time.now += 2
    assert all(reply.outcome == "answered" for reply in ask(*(question(n) for n in range(20, 26))))


def test_one_question_that_no_server_survives_does_not_close_it_to_others(server, asking):
    ask = asking(endpoint(server))
    (bad,) = ask(question(1, own='[[500]] {"do": []}'))
    assert (bad.outcome, bad.tries) == ("abstained", 4)
    assert ask(question(2))[0].outcome == "answered"


def test_a_wrong_key_closes_an_endpoint_at_once(other, asking):
    other.key = "the right one"
    ask = asking(endpoint(other), key="a-wrong-one")
    with pytest.raises(ModelAway, match="answered 401: the key is not accepted"):
        ask(*(question(n) for n in range(3)))
    assert len(other.requests) <= 3


def test_never_more_requests_at_once_than_allowed(server, asking):
    server.latency = 0.01
    asking(endpoint(server, concurrency=3))(*(question(n) for n in range(20)))
    assert server.most_at_once <= 3


def test_two_models_of_one_process_share_an_endpoints_limits(server, asking):
    first = asking(endpoint(server, requests_per_minute=5))
    second = asking(endpoint(server, requests_per_minute=5))
    second.model._gates, second.time = first.gates, first.time
    first(*(question(n) for n in range(5)))
    assert first.time.slept == []
    second(question(9))
    assert sum(first.time.slept) == pytest.approx(60, abs=0.01)


def test_tokens_per_minute_count_what_was_used_once_it_is_known(server, asking):
    asked = [question(n) for n in range(6)]
    room = asked[0].tokens + 60  # what one question may cost at most
    ask = asking(endpoint(server, tokens_per_minute=room + 30, concurrency=1))
    replies = ask(*asked)
    used = sum(reply.tokens_in + reply.tokens_out for reply in replies)
    assert sum(ask.time.slept) < 60 * len(asked), "the estimate alone would let one through per minute"
    assert used / (room + 30) * 60 <= sum(ask.time.slept) + 60


def test_a_question_that_one_server_refuses_is_no_reason_to_give_the_batch_up(server, nobody, asking):
    ask = asking(endpoint(server), endpoint(nobody, name="gone"))
    bad, good = ask(question(1, own='[[400]] {"do": []}'), question(2))
    assert (bad.outcome, good.outcome) == ("abstained", "answered")
    assert "Endpoint test answered 400: it went wrong" in bad.problem


def test_why_a_server_cannot_be_reached_is_said(server, asking, monkeypatch):
    with pytest.raises(ModelAway, match="it does not speak TLS, or its certificate is not accepted"):
        asking(endpoint(server, base_url=f"https://{server.base_url[7:]}"))(question())

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ModelAway, match="its name is not known"):
        asking(endpoint(server, base_url="http://models.invalid/v1"))(question())


def test_while_one_server_asks_to_wait_another_is_asked(server, other, asking):
    server.then("429 retry-after=100")
    ask = asking(endpoint(server, weight=1e6), endpoint(other, name="other"))
    assert all(ask(question(n))[0].outcome == "answered" for n in range(4))
    assert ask.time.slept == []
    assert (len(server.chats), len(other.chats)) == (1, 4)
