"""Messages: what they carry, and that sending never hurts the run."""

from __future__ import annotations

import json
import os

import pytest
from pydantic import ValidationError

from simapp.runs import messages
from simapp.runs.messages import Sender, StateMessage, StepMessage, envelope, to_json


def step(number: int = 3, **changes: object) -> StepMessage:
    return StepMessage(**{"run": 7, "step": number, "steps": 9, "status": "running", "minute": 60, **changes})


def test_a_message_refuses_fields_it_does_not_know() -> None:
    with pytest.raises(ValidationError, match="colour"):
        step(colour="red")


def test_a_message_refuses_numbers_that_json_cannot_carry() -> None:
    with pytest.raises(ValidationError):
        step(metrics={"opinion_variance": (float("nan"), None)})


def test_a_step_message_says_what_is_missing_with_null() -> None:
    said = json.loads(to_json(step(metrics={"neighbour_correlation": (None, 0.0)})))
    assert said["metrics"] == {"neighbour_correlation": [None, 0.0]}
    assert (said["v"], said["type"], said["step"]) == (1, "step", 3)


def test_the_envelope_names_the_step_beside_the_body() -> None:
    packed = envelope(StateMessage(run=7, step=4, steps=9, status="paused"))
    assert (packed["type"], packed["kind"], packed["step"]) == ("run.message", "state", 4)
    assert json.loads(packed["body"])["status"] == "paused"


def test_a_dead_carrier_is_skipped_and_left_alone_for_a_while(settings) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["unix:///nowhere/valkey.sock"]},
        }
    }
    now = [100.0]
    asked = []
    sender = Sender(clock=lambda: now[0])
    real = sender._group_send
    sender._group_send = lambda group, content: asked.append(group) or real(group, content)  # type: ignore[method-assign]
    assert not sender.send(step(1))
    assert not sender.send(step(2))
    assert asked == ["run.7"]
    now[0] += messages.PAUSE_SECONDS
    assert not sender.send(step(3))
    assert asked == ["run.7", "run.7"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_sends_over_a_thread_of_its_own() -> None:
    assert messages.publish(step(1))
    child = os.fork()
    if child == 0:
        os._exit(0 if messages.publish(step(2)) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert messages.publish(step(3))
