"""A Valkey that dies and returns: runs go on without it, and who listens hears them again."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.layers import get_channel_layer

from simapp.runs import messages
from simapp.runs.messages import Sender, StepMessage, group_name
from simapp.stack.binaries import valkey_program


class Valkey:
    """A server of the test's own, on a socket."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "valkey.sock"

    def start(self) -> None:
        given = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(self.socket.parent)]
        self.process = subprocess.Popen(
            [str(valkey_program()), *given], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "ready to accept connections" in line.lower():
                return
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def valkey(settings: Any) -> Iterator[Valkey]:
    # The path of a socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="valkey-"))
    server = Valkey(folder)
    server.start()
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [f"unix://{server.socket}"], "prefix": "away"},
        }
    }
    yield server
    if server.process.poll() is None:
        server.kill()
    shutil.rmtree(folder, ignore_errors=True)


def step(number: int) -> StepMessage:
    return StepMessage(run=7, step=number, steps=99, status="running", minute=number)


def test_a_listener_hears_the_run_again_when_valkey_is_back(valkey: Valkey) -> None:
    now = [100.0]
    sender = Sender(clock=lambda: now[0])

    async def scene() -> None:
        layer = get_channel_layer()
        name = await layer.new_channel()
        await layer.group_add(group_name(7), name)

        heard: asyncio.Queue[int] = asyncio.Queue()

        async def listen() -> None:
            while True:
                heard.put_nowait((await layer.receive(name))["step"])

        # One listener throughout: a layer takes one that is cancelled for one that has left.
        listening = asyncio.create_task(listen())
        assert await asyncio.to_thread(sender.send, step(1))
        assert await asyncio.wait_for(heard.get(), 10) == 1
        valkey.kill()
        assert not await asyncio.to_thread(sender.send, step(2))
        valkey.start()
        for number in range(3, 60):
            now[0] += messages.PAUSE_SECONDS
            await asyncio.to_thread(sender.send, step(number))
            try:
                assert await asyncio.wait_for(heard.get(), 0.5) > 2
            except TimeoutError:
                continue
            break
        else:
            raise AssertionError("nothing was heard any more")
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await layer.flush()

    asyncio.run(scene())


@pytest.mark.django_db(transaction=True)
def test_a_run_comes_to_the_same_end_without_valkey(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.runs.small import finish, make

    expected = finish(make(steps=6))
    sender, sent = Sender(), []
    monkeypatch.setattr(messages, "publish", lambda message: sent.append(sender.send(message)))

    def die(record: Any) -> None:
        if record.step == 3:
            valkey.kill()

    run = finish(make(steps=6), progress=die)
    assert (run.status, run.digest_hex) == ("finished", expected.digest_hex)
    assert True in sent
    assert sent[-1] is False
