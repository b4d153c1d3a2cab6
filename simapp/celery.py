"""The Celery app, imported with the Django app so that shared tasks go through it wherever they are sent.

Two queues: ``runs`` (a task owns a run for as long as it lasts) and ``decisions`` (batches for models).
"""

from __future__ import annotations

import mmap
import os
import signal

from celery import Celery
from celery.signals import worker_process_init, worker_shutting_down

from simapp.stack.process import die_with_parent, follow_parent_from_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "simapp.settings")
follow_parent_from_environment()

app = Celery("sociarium", include=["simapp.runs.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")

# One byte that a worker shares with the pool processes it forks.
_stopping = mmap.mmap(-1, 1)


def stopping() -> bool:
    """Whether this worker was asked to stop; a long task looks between steps and gives back what it holds."""
    return _stopping[0] != 0


@worker_shutting_down.connect
def _tell_the_pool(**_: object) -> None:
    _stopping[0] = 1


@worker_process_init.connect
def _end_with_the_worker(**_: object) -> None:
    """A pool process whose worker was killed must not go on alone: nobody could stop it any more."""
    die_with_parent(signal.SIGKILL)
