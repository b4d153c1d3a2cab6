"""Start everything: services, workers, reconciler, web page."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

from simapp.management.base import StackCommand
from simapp.management.static_files import collect_if_changed
from simapp.stack.disk import refuse_full_disk
from simapp.stack.environment import number
from simapp.stack.paths import StatePaths
from simapp.stack.ports import HOST, port_from, refuse_used_port
from simapp.stack.supervisor import (
    SOLO_STOP,
    WEB_STOP,
    WORKER_STOP,
    Supervisor,
    celery_worker,
    refuse_second,
    web_server,
)

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(StackCommand):
    """``manage.py up``: the same as ``demo`` without its example run."""

    help = "Start the services (or use DATABASE_URL, REDIS_URL), workers and web page; Ctrl-C stops all."
    prepares_outside = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", default=None, help="Port of the web page on 127.0.0.1 (default: $PORT or 8000)."
        )

    def preflight(self, **options: Any) -> None:
        self.began = time.monotonic()
        self.port = port_from(options.get("port"))
        self.slots = max(1, number("SOCIARIUM_RUN_SLOTS", 3))
        paths = StatePaths.here()
        refuse_second(paths)
        refuse_used_port(self.port)
        refuse_full_disk(paths.root)

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def say(self, line: str) -> None:
        """One line, at once: whoever waits for the link reads it through a pipe."""
        self.stdout.write(line)
        self.stdout.flush()

    def handle(self, *args: Any, **options: Any) -> None:
        if self.addresses.embedded:
            self.say(f"PostgreSQL and Valkey are up; data and logs are in {StatePaths.here().root}")
        with Supervisor(self.addresses, say=self.say) as supervisor:
            collect_if_changed()
            self.start_workers(supervisor)
            self.before_web()
            supervisor.add("web", web_server(self.port), stop=WEB_STOP, **self.web_environment())
            if supervisor.wait_for_port(self.port):
                self.say(
                    f"{self.base_url} is open after {time.monotonic() - self.began:.1f} s; Ctrl-C stops all."
                )
            status = supervisor.watch()
            self.say("Stopping.")
        if status:
            sys.exit(status)

    def before_web(self) -> None:
        """What is to be done, and said, before the port opens."""

    def start_workers(self, supervisor: Supervisor) -> None:
        runs = celery_worker("runs", "--pool", "prefork", "--concurrency", str(self.slots))
        supervisor.add("runs", runs, stop=WORKER_STOP)
        supervisor.add("decisions", celery_worker("decisions", "--pool", "solo"), stop=SOLO_STOP)
        supervisor.add("reconciler", [sys.executable, "manage.py", "reconciler"], stop=WEB_STOP)

    def web_environment(self) -> dict[str, str]:
        cookie = os.environ.get("SOCIARIUM_SESSION_COOKIE") or f"sociarium_{StatePaths.here().key}"
        return {"SOCIARIUM_STATIC_COLLECTED": "1", "SOCIARIUM_SESSION_COOKIE": cookie}
