"""Run the reconciler; the supervisor owns it, and any number may run beside each other."""

from __future__ import annotations

import signal
import threading
from typing import Any

from simapp.management.base import StackCommand
from simapp.stack.process import follow_parent_from_environment


class Command(StackCommand):
    """Pick up what a dead owner left and send again what the broker lost."""

    help = "Pick up runs whose worker died and send again what the broker lost. Runs until it is stopped."
    prepares = False

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.runs.reconciler import run_forever

        follow_parent_from_environment()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run_forever(stop.wait)
