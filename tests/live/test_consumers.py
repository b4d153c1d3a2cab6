"""The socket of a run, on the real database and the real channel layer. Time is the test's own."""

from __future__ import annotations

import asyncio
import functools
import json

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from django.conf import settings
from django.test import Client
from django.urls import path

from simapp.runs.messages import SOCKET_ROUTE, publish, socket_path
from tests.live.sockets import Socket

pytestmark = pytest.mark.django_db


def in_a_loop(test):
    """Run an async test so that its database work is done in the test's own thread and transaction."""

    @functools.wraps(test)
    def run_test(**fixtures):
        async_to_sync(test)(**fixtures)

    return run_test


class Time:
    """A clock that stands until it is moved, and pauses that last until they are let go."""

    def __init__(self) -> None:
        self.now = 100.0
        self.asked: list[float] = []
        self.asking = asyncio.Event()
        self.gate = asyncio.Event()

    def clock(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.asked.append(seconds)
        self.asking.set()
        await self.gate.wait()
        self.now += seconds


def cookie_of(member) -> bytes:
    client = Client()
    client.force_login(member)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}".encode()


@pytest.fixture
def running(owner):
    from tests.live.steps import commit, make_run

    run = make_run(owner)
    commit(run, range(4))
    return run


@pytest.fixture
def dial():
    """Open a socket as a member: dial(run_id, member, time=...) -> communicator; `heard` counts messages."""
    from simapp.live.consumers import RunConsumer

    class Listening(RunConsumer):
        heard = 0
        waited = None  # (a number, the event to set when so many messages were heard)
        reading = None  # an event: until it is set, this browser reads nothing

        async def run_message(self, content):
            await super().run_message(content)
            type(self).heard += 1
            if self.waited and self.heard == self.waited[0]:
                self.waited[1].set()

        async def send(self, *args, **kwargs):
            if self.reading is not None:
                await self.reading.wait()
            await super().send(*args, **kwargs)

    def open_socket(run_id, member=None, *, time=None, doze=None, reading=None):
        named = {"heard": 0, "reading": reading}
        kind = type("Listening", (Listening,), named)
        clocks = {"clock": time.clock, "pause": time.pause} if time else {}
        clocks |= {"doze": doze} if doze else {}
        app = AuthMiddlewareStack(URLRouter([path(SOCKET_ROUTE, kind.as_asgi(**clocks))]))
        headers = [(b"cookie", cookie_of(member))] if member else []
        socket = Socket(app, socket_path(run_id), headers)
        socket.kind = kind
        return socket

    return open_socket


async def frame(socket) -> list[dict]:
    said = json.loads((await socket.receive())["text"])
    assert (said["v"], said["type"]) == (1, "batch")
    return said["messages"]


async def until_heard(socket, count: int) -> None:
    """Wait until the consumer has taken `count` messages of the group."""
    if socket.kind.heard >= count:
        return
    enough = asyncio.Event()
    socket.kind.waited = (count, enough)
    async with asyncio.timeout(5):
        await enough.wait()


async def say(*messages) -> None:
    for message in messages:
        assert await sync_to_async(publish)(message)


@in_a_loop
async def test_a_signed_out_visitor_is_refused(dial, running) -> None:
    assert await dial(running.pk).connect() == (False, 4401)


@in_a_loop
async def test_a_stranger_is_told_that_there_is_no_such_run(dial, running, stranger) -> None:
    socket = await sync_to_async(dial)(running.pk, stranger)
    assert await socket.connect() == (False, 4404)


@in_a_loop
async def test_a_run_that_does_not_exist_is_refused(dial, running, owner) -> None:
    socket = await sync_to_async(dial)(running.pk + 1000, owner)
    assert await socket.connect() == (False, 4404)


@in_a_loop
async def test_a_member_who_was_switched_off_is_refused(dial, running, owner) -> None:
    socket = await sync_to_async(dial)(running.pk, owner)
    owner.is_active = False
    await owner.asave()
    assert await socket.connect() == (False, 4401)


@in_a_loop
async def test_the_first_frame_is_a_snapshot_of_the_newest_committed_step(dial, running, owner) -> None:
    socket = await sync_to_async(dial)(running.pk, owner)
    assert (await socket.connect())[0]
    (snapshot,) = await frame(socket)
    assert snapshot["type"] == "snapshot"
    assert snapshot["state"]["step"] == snapshot["step"]["step"] == 3
    assert snapshot["step"]["digest"] == "03" * 32
    assert snapshot["step"]["metrics"]["neighbour_correlation"] == [None, 0.0]
    await socket.disconnect()


@in_a_loop
async def test_a_run_without_a_step_has_a_snapshot_without_one(dial, owner) -> None:
    from tests.live.steps import make_run

    run = await sync_to_async(make_run)(owner)
    socket = await sync_to_async(dial)(run.pk, owner)
    await socket.connect()
    (snapshot,) = await frame(socket)
    assert (snapshot["state"]["step"], snapshot["step"]) == (-1, None)
    await socket.disconnect()


@in_a_loop
async def test_the_first_message_goes_out_at_once_and_the_next_ones_together(dial, running, owner) -> None:
    from tests.live.steps import step_message

    time = Time()
    socket = await sync_to_async(dial)(running.pk, owner, time=time)
    await socket.connect()
    await frame(socket)
    time.now += 1
    await say(step_message(running, 4))
    assert [message["step"] for message in await frame(socket)] == [4]
    assert time.asked == []
    await say(*(step_message(running, step) for step in range(5, 31)))
    await until_heard(socket, 27)
    assert socket.silent()
    assert time.asked == [pytest.approx(0.2)]
    time.gate.set()
    assert [message["step"] for message in await frame(socket)] == list(range(5, 31))
    await socket.disconnect()


@in_a_loop
async def test_a_browser_that_does_not_read_is_told_of_a_gap_and_nothing_piles_up(
    dial, running, owner
) -> None:
    from tests.live.steps import state_message, step_message

    reading = asyncio.Event()
    time = Time()
    time.gate.set()
    socket = await sync_to_async(dial)(running.pk, owner, time=time, reading=reading)
    await socket.connect()
    await say(*(step_message(running, step) for step in range(4, 305)), state_message(running, 304))
    await until_heard(socket, 302)
    assert socket.silent()
    reading.set()
    (snapshot,) = await frame(socket)
    gap, *steps, state = await frame(socket)
    assert (snapshot["state"]["step"], gap["type"], gap["from"], gap["to"]) == (3, "gap", 4, 204)
    assert [message["step"] for message in steps] == list(range(205, 305))
    assert state["step"] == 304
    await socket.disconnect()


@in_a_loop
async def test_a_step_whose_message_was_lost_is_told_as_a_gap(dial, running, owner) -> None:
    from tests.live.steps import step_message

    socket = await sync_to_async(dial)(running.pk, owner)
    await socket.connect()
    await frame(socket)
    await say(step_message(running, 7))
    gap, step = await frame(socket)
    assert (gap["type"], gap["from"], gap["to"], step["step"]) == ("gap", 4, 6, 7)
    await socket.disconnect()


@in_a_loop
async def test_a_step_that_is_announced_twice_is_told_once(dial, running, owner) -> None:
    from tests.live.steps import state_message, step_message

    time = Time()
    socket = await sync_to_async(dial)(running.pk, owner, time=time)
    await socket.connect()
    await frame(socket)
    await say(step_message(running, 3), step_message(running, 4), step_message(running, 4))
    await say(state_message(running, 4, status="paused"))
    await until_heard(socket, 4)
    time.gate.set()
    assert [(message["type"], message["step"]) for message in await frame(socket)] == [
        ("step", 4),
        ("state", 4),
    ]
    await socket.disconnect()


@in_a_loop
async def test_messages_of_another_run_are_not_heard(dial, running, owner) -> None:
    from tests.live.steps import make_run, step_message

    other = await sync_to_async(make_run)(owner)
    socket = await sync_to_async(dial)(running.pk, owner)
    await socket.connect()
    await frame(socket)
    await say(step_message(other, 9), step_message(running, 4))
    assert [(message["run"], message["step"]) for message in await frame(socket)] == [(running.pk, 4)]
    await socket.disconnect()


@in_a_loop
async def test_a_member_who_signed_out_hears_nothing_more_after_the_next_check(dial, running, owner) -> None:
    from django.contrib.sessions.models import Session

    from tests.live.steps import step_message

    time = Time()
    socket = await sync_to_async(dial)(running.pk, owner, time=time)
    await socket.connect()
    await frame(socket)
    await Session.objects.all().adelete()
    time.now += 61
    await say(step_message(running, 4))
    assert await socket.receive() == {"type": "websocket.close", "code": 4401}


@in_a_loop
async def test_what_a_browser_says_is_ignored(dial, running, owner) -> None:
    from tests.live.steps import step_message

    socket = await sync_to_async(dial)(running.pk, owner)
    await socket.connect()
    await frame(socket)
    await socket.say(text='{"type": "run.message", "kind": "step", "step": 99, "body": "{}"}')
    await socket.say(data=b"\x00\xff")
    await say(step_message(running, 4))
    assert [message["step"] for message in await frame(socket)] == [4]
    await socket.disconnect()


@pytest.mark.parametrize(("said", "code"), [(["x" * 1025], 1009), (["x"] * 21, 4429)])
@in_a_loop
async def test_a_browser_that_says_too_much_is_shown_out(dial, running, owner, said, code) -> None:
    time = Time()
    socket = await sync_to_async(dial)(running.pk, owner, time=time)
    await socket.connect()
    await frame(socket)
    for text in said:
        await socket.say(text=text)
    assert await socket.receive() == {"type": "websocket.close", "code": code}


@in_a_loop
async def test_after_a_reconnect_nothing_is_missing(dial, running, owner) -> None:
    """What happened while the line was down: the snapshot names the newest step, HTTP has those between."""
    from django.urls import reverse

    from tests.live.steps import commit

    client = Client()
    await sync_to_async(client.force_login)(owner)
    socket = await sync_to_async(dial)(running.pk, owner)
    await socket.connect()
    (before,) = await frame(socket)
    await socket.disconnect()
    await sync_to_async(commit)(running, range(4, 20))
    socket = await sync_to_async(dial)(running.pk, owner)
    await socket.connect()
    (after,) = await frame(socket)
    await socket.disconnect()
    address = reverse("run:points", args=[running.pk])
    answer = await sync_to_async(client.get)(address, {"after": before["step"]["step"]})
    assert [row["step"] for row in answer.json()["points"]] == list(range(4, after["step"]["step"] + 1))


@in_a_loop
async def test_a_socket_that_hears_nothing_looks_for_itself_and_listens_again(running, owner, dial):
    from channels.layers import get_channel_layer

    from tests.live.steps import commit, state_message

    time, silent = Time(), Time()
    time.gate.set()
    socket = await sync_to_async(dial)(running.pk, owner, time=time, doze=silent.pause)
    assert (await socket.connect())[0]
    await frame(socket)
    # The broker restarts and forgets who listens; the run goes on unheard.
    layer = get_channel_layer()
    name = layer._get_group_channel_name(f"run.{running.pk}")
    await layer._get_shard(name)._pubsub.unsubscribe(name)
    await sync_to_async(commit)(running, range(4, 9))
    time.now += 5
    silent.gate.set()
    [state] = await frame(socket)
    assert (state["type"], state["step"]) == ("state", 8)
    silent.gate.clear()
    await asyncio.sleep(0)
    await sync_to_async(publish)(state_message(running, 9))
    assert [message["step"] for message in await frame(socket)] == [9]
    await socket.disconnect()
