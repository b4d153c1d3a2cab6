"""Check environment, services, disk, port, encoder and GPU."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from simapp.management.base import StackCommand
from simapp.stack.doctor import FAIL, OK, WARN, Finding, findings
from simapp.stack.embedded import services
from simapp.stack.errors import StackError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Command(StackCommand):
    """``manage.py doctor``: exit code 1 when something must be mended."""

    help = "Check environment, services, disk, port, encoder and GPU; one line each with a hint."
    needs_services = False  # whether they can be had is one of the questions

    def handle(self, *args: Any, **options: Any) -> None:
        found: list[Finding] = []
        for finding in self._all():
            found.append(finding)
            if not options["json"]:
                self.stdout.write(finding.line())
                self.stdout.flush()
        verdict = max((finding.verdict for finding in found), key=(OK, WARN, FAIL).index)
        if options["json"]:
            self.emit({"verdict": verdict, "checks": [asdict(finding) for finding in found]})
        if verdict == FAIL:
            raise SystemExit(1)

    def _all(self) -> Iterator[Finding]:
        yield from findings()
        yield from self._services()

    def _services(self) -> Iterator[Finding]:
        began = time.monotonic()
        try:
            with services() as addresses:
                how = (
                    "started for this check"
                    if addresses.started
                    else "were up"
                    if addresses.embedded
                    else "outside"
                )
                yield Finding(OK, "services", f"answer after {time.monotonic() - began:.1f} s ({how})")
                yield from self._database()
                yield from self._broker(addresses.redis_url)
        except StackError as problem:
            yield Finding(FAIL, "services", str(problem), "see the logs in the state folder")

    def _database(self) -> Iterator[Finding]:
        from django.db import Error, connection
        from django.db.migrations.executor import MigrationExecutor

        try:
            with connection.cursor() as cursor:
                cursor.execute("SHOW server_version")
                number = cursor.fetchone()[0]
            executor = MigrationExecutor(connection)
            missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except Error as problem:
            yield Finding(FAIL, "database", str(problem).strip().splitlines()[0], "check DATABASE_URL")
            return
        finally:
            connection.close()
        old = int(number.split(".")[0]) < 16
        yield Finding(
            FAIL if old else OK, "database", f"PostgreSQL {number}", "16 or newer is needed" if old else ""
        )
        if missing:
            yield Finding(WARN, "migrations", f"{len(missing)} are not applied", "manage.py up applies them")
        else:
            yield Finding(OK, "migrations", "all applied")

    def _broker(self, url: str) -> Iterator[Finding]:
        import redis

        try:
            with redis.from_url(url, socket_timeout=5) as client:
                info = client.info("server")
        except redis.RedisError as problem:
            yield Finding(FAIL, "broker", str(problem), "check REDIS_URL")
            return
        name, number = (
            ("Valkey", info["valkey_version"])
            if "valkey_version" in info
            else ("Redis", info["redis_version"])
        )
        yield Finding(OK, "broker", f"{name} {number}")
