"""The Celery app, imported with the Django app so that shared tasks go through it wherever they are sent.

Two queues: ``runs`` (a task owns a run for as long as it lasts) and ``decisions`` (batches for models).
"""

from __future__ import annotations

import mmap
import os
import signal
from typing import Any

from celery import Celery
from celery.signals import celeryd_after_setup, worker_process_init, worker_shutting_down
from kombu.transport import redis

from simapp.stack.process import die_with_parent, follow_parent_from_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "simapp.settings")
follow_parent_from_environment()

app = Celery("sociarium", include=["simapp.runs.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")


class Unacknowledged(redis.QoS):
    """The messages that a worker has taken and not acknowledged yet.

    Where the broker went away and came back, kombu meets messages of the connection that was: its own class then
    fails with an AttributeError that Celery takes for fatal, and the worker ends with every run it has. Such a
    message is gone with the broker; what it asked for stands in the database, and the reconciler sends it again.
    """

    def restore_unacked(self, client: Any = None) -> None:
        """Put everything back into its queue."""
        if self._is_gone():
            self._delivered.clear()
        else:
            super().restore_unacked(client)

    def ack(self, delivery_tag: str) -> None:
        """Let a message go for good."""
        if not self._is_gone():
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Refuse a message, or put it back."""
        if not self._is_gone():
            super().reject(delivery_tag, requeue)

    def _is_gone(self) -> bool:
        transport = self.channel.connection
        return transport is None or transport.client is None


redis.Channel.QoS = Unacknowledged

# One byte that a worker shares with the pool processes it forks.
_stopping = mmap.mmap(-1, 1)


def stopping() -> bool:
    """Whether this worker was asked to stop; a long task looks between steps and gives back what it holds."""
    return _stopping[0] != 0


@worker_shutting_down.connect
def _tell_the_pool(**_: object) -> None:
    _stopping[0] = 1


@celeryd_after_setup.connect
def _rehearse(instance: Any, **_: object) -> None:
    """Before the pool is forked: what is loaded now, no process that takes over a run has to load."""
    if "runs" in instance.app.amqp.queues.consume_from:
        from simapp.runs.warming import before_fork

        before_fork()


@worker_process_init.connect
def _end_with_the_worker(**_: object) -> None:
    """A pool process whose worker was killed must not go on alone: nobody could stop it any more."""
    die_with_parent(signal.SIGKILL)
