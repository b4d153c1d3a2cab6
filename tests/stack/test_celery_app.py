"""A task sent from a page or a command reaches the same broker that the workers listen on."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.conf import settings

from simapp.stack.urls import celery_url
from tests.stack.conftest import ROOT


def test_tasks_are_sent_through_our_app_without_importing_it_first():
    script = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'simapp.settings'; django.setup();"
        "from celery import current_app; print(current_app.main, current_app.conf.broker_url)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["sociarium", celery_url(settings.REDIS_URL)], done.stderr


def test_a_task_waits_in_the_queue_that_it_names():
    import redis

    from simapp.celery import app

    with redis.from_url(settings.REDIS_URL) as client:
        client.delete("decisions")
        app.send_task("nobody.listens", queue="decisions", retry=False)
        assert client.llen("decisions") == 1
        client.delete("decisions")


@pytest.mark.parametrize("late", ["ack", "reject", "requeue"])
def test_a_message_whose_broker_went_away_is_no_reason_to_end_the_worker(late: str):
    from simapp.celery import app

    connection = app.connection_for_read()
    queue = connection.SimpleQueue("leaves-no-trace")
    queue.put({"run": 1})
    message = queue.get(timeout=5)
    # What a lost connection leaves behind: the message, its channel, and nothing below.
    connection.transport.client = None
    message.channel._disconnect_pools()
    message.channel.qos.restore_unacked()
    message.channel.connection = None
    getattr(message, late)()
    assert message.acknowledged


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_worker_that_was_asked_to_stop_says_so_to_the_processes_it_forked():
    import os

    from celery.signals import worker_shutting_down

    from simapp import celery as ours

    assert ours.stopping() is False
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(reader, 1)
        os._exit(0 if ours.stopping() else 1)
    try:
        worker_shutting_down.send(sender="test")
        os.write(writer, b"!")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        ours._stopping[0] = 0
        os.close(reader)
        os.close(writer)


@pytest.mark.asyncio
async def test_a_message_to_a_group_arrives():
    from channels.layers import get_channel_layer

    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("run-1", channel)
    await layer.group_send("run-1", {"type": "step", "number": 4})
    assert await layer.receive(channel) == {"type": "step", "number": 4}
    await layer.group_discard("run-1", channel)
    await layer.flush()
