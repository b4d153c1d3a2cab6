"""What a server can do is found by asking, and a server that only does as if is found out."""

from __future__ import annotations

import json
import logging

import pytest

from agents.inference.endpoint.probe import Features, probe
from simapp.engine.core.errors import WrongInput
from tests.agents.inference.asked import KEY, endpoint
from tests.servers.conforming import conforming_server

ALL = {"schema", "seed", "logprobs", "usage", "models"}


def seen(features: Features) -> dict[str, str]:
    return {finding.name: finding.seen for finding in features.findings}


def test_everything_that_a_full_server_does_is_found(server):
    features = probe(endpoint(server))
    assert features.found == ALL
    assert features.problem == ""
    assert features.models == ("tiny",)
    assert all(finding.seen.endswith(".") for finding in features.findings)
    assert Features.from_dict(json.loads(json.dumps(features.as_dict()))).found == ALL


@pytest.mark.parametrize("name", ["schema", "seed", "logprobs", "usage"])
def test_what_a_server_takes_and_ignores_is_not_taken_for_a_feature(name):
    with conforming_server(**{name: False}) as server:
        assert probe(endpoint(server)).found == ALL - {name}


def test_what_a_server_refuses_is_said_in_its_own_words():
    with conforming_server(refuse=("response_format", "logprobs")) as server:
        features = probe(endpoint(server))
    assert features.found == ALL - {"schema", "logprobs"}
    assert "answered 400: Unsupported parameter: 'response_format'" in seen(features)["schema"]


def test_a_server_whose_list_of_models_fails_can_be_used_all_the_same():
    with conforming_server(models=500) as server:
        features = probe(endpoint(server))
    assert features.found == ALL - {"models"}
    assert "answered 500: there is no hub cache" in seen(features)["models"]


def test_reasoning_is_seen_and_given_room():
    with conforming_server(reasoning=True) as server:
        features = probe(endpoint(server))
        assert "reasoning" in features.found
        assert {chat["max_tokens"] for chat in server.chats} == {64, 64 + 1024}


@pytest.mark.parametrize(
    ("refused", "shape"),
    [
        (("max_tokens",), {"completion_limit"}),
        (("max_tokens", "temperature"), {"completion_limit", "fixed_sampling"}),
        (("temperature",), {"fixed_sampling"}),
    ],
)
def test_how_a_server_wants_length_and_sampling_is_found_and_kept_to(refused, shape, asking):
    from tests.agents.inference.asked import question

    with conforming_server(refuse=refused) as server:
        features = probe(endpoint(server))
        assert features.found == ALL | shape
        (reply,) = asking(endpoint(server, features=features.found))(question())
        assert (reply.outcome, reply.tries) == ("answered", 1)


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("404", "The server answered 404: it went wrong."),
        ("broken", "The server answered with something that is not JSON."),
        ("redirect", "The server answered 307, a redirect, which is not followed."),
        ("429 retry-after=5", "The server answered 429: too many requests."),
        ("close", "The server broke the connection off, or does not speak HTTP."),
    ],
)
def test_a_server_that_does_not_answer_is_one_sentence(server, deed, said):
    server.then(deed)
    features = probe(endpoint(server))
    assert features.problem == said
    assert features.findings == ()


def test_a_key_is_in_nothing_that_was_seen(server, caplog):
    caplog.set_level(logging.DEBUG)
    for deeds in (["500 echo"], ["echo"] * 9, ["200", "400 echo", "500 echo", "echo", "echo", "401 echo"]):
        server._script.clear()
        server.then(*deeds)
        assert KEY not in repr(probe(endpoint(server), KEY)) + caplog.text
    with conforming_server(key="another") as guarded:
        features = probe(endpoint(guarded), KEY)
    assert features.problem == "The server answered 401: the key is not accepted."


@pytest.mark.parametrize(
    "address",
    [
        "", "127.0.0.1:8000/v1", "ftp://127.0.0.1/v1", "file:///etc/passwd", "http://", "http:///v1", "http://a:b@c/v1",
        "http://127.0.0.1/v1?key=x", "http://127.0.0.1/v1#x", "http://127.0.0.1:99999/v1", "http://[::1/v1",
        "http://a b/", "http://a\nb/", "http://127.0.0.1:0/v1", "javascript:alert(1)",
        "http://" + "a" * 64 + ".example/v1", "http://" + "a" * 600,
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_before_anything_is_sent(address):
    with pytest.raises(WrongInput, match=r"^base_url ") as caught:
        probe(_at(address))
    assert "a:b" not in str(caught.value), "a password is not repeated"


def _at(address: str):
    from agents.inference.endpoint.settings import Endpoint

    return Endpoint(name="test", base_url=address, model="tiny")
