"""Exports as background work: asked for by a member, written by a worker, taken up again when one dies."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from simapp.engine.core.errors import SociariumError
from simapp.models import Export
from simapp.runs import checkpoints

logger = logging.getLogger(__name__)

SILENT_SECONDS = 15  # an export that has not reported for so long has lost its worker
BEAT_SECONDS = 3.0
REPORT_SECONDS = 0.2
ATTEMPTS = 3  # while the database goes away


def export_folder(export: Export) -> Path:
    """Return where an export's files go."""
    return Path(settings.SOCIARIUM_DATA_ROOT) / "exports" / str(export.pk)


def abandoned() -> Q:
    """Return the filter of exports that nobody works on although they are not done."""
    silent = Q(status="running", touched__lt=Now() - timedelta(seconds=SILENT_SECONDS))
    return silent | Q(status="queued", created__lt=Now() - timedelta(seconds=3))


class LostClaim(SociariumError):
    """Another worker took the export over."""


class Claim:
    """One worker's hold on an export. The time of its last report is its token: who finds another has lost it.

    A thread reports as well, so that an export is not taken for dead while a large file is written.
    """

    def __init__(self, export_id: int, touched: datetime) -> None:
        self._export_id, self._touched = export_id, touched
        self._lock, self._stop = threading.Lock(), threading.Event()

    def report(self, **fields: Any) -> None:
        """Set columns of the export and prolong the claim; raises LostClaim."""
        with self._lock:
            held = Export.objects.filter(pk=self._export_id, status="running", touched=self._touched)
            # The database's clock: hosts that share a database need not agree on the time.
            if not held.update(touched=Now(), **fields):
                raise LostClaim(f"export {self._export_id} was taken over by another worker")
            self._touched = Export.objects.values_list("touched", flat=True).get(pk=self._export_id)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Report from a thread until the block ends."""
        thread = threading.Thread(target=self._beat, name=f"export-{self._export_id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(timeout=10)

    def _beat(self) -> None:
        try:
            while not self._stop.wait(BEAT_SECONDS):
                try:
                    self.report()
                except LostClaim:
                    return
                except Exception as problem:  # noqa: BLE001 - the database may be restarting
                    logger.warning("export %s: %s", self._export_id, problem)
                    connection.close()
        finally:
            connection.close()


def make(export_id: int) -> None:
    """Write one export. Claimed by a conditional update, so a task that arrives twice works once."""
    claimed = Export.objects.filter(abandoned_or_new(), pk=export_id).update(
        status="running", progress=0.0, touched=Now(), error=""
    )
    if not claimed:
        return
    export = Export.objects.select_related("run").get(pk=export_id)
    claim = Claim(export_id, export.touched)
    try:
        with claim.beating():
            fields = _written(export, claim)
        claim.report(ended=timezone.now(), **fields)
    except LostClaim as lost:
        logger.warning("%s", lost)


def _written(export: Export, claim: Claim) -> dict[str, Any]:
    """Write the files; return the columns of the finished or failed export."""
    folder = export_folder(export)
    for attempt in range(ATTEMPTS):
        try:
            _clear(folder)
            manifest = _write(export, claim, folder)
        except LostClaim:
            raise
        except (OperationalError, InterfaceError) as problem:
            # The database restarts, or is away for longer: then the reconciler sends the export again.
            logger.warning("export %s waits for the database: %s", export.pk, problem)
            if attempt == ATTEMPTS - 1:
                return _failed(export, folder, problem)
            connection.close()
            time.sleep(attempt)
        except Exception as problem:
            logger.exception("export %s failed", export.pk)
            return _failed(export, folder, problem)
        else:
            return {"status": "done", "progress": 1.0, "doing": "", "path": str(folder), "manifest": manifest}
    raise AssertionError


def _write(export: Export, claim: Claim, folder: Path) -> dict[str, Any]:
    from simapp.store.exporters.export import export_run

    last = [float("-inf")]
    checkpoint = checkpoints.killer(lambda: 0, export.run_id)

    def progress(share: float, doing: str) -> None:
        checkpoint("in export")
        if share >= 1.0 or time.monotonic() - last[0] > REPORT_SECONDS:
            last[0] = time.monotonic()
            claim.report(progress=share, doing=doing[:200])

    return export_run(export.run_id, export.format, folder, progress, legacy_reposts=export.legacy_reposts)


def _failed(export: Export, folder: Path, problem: Exception) -> dict[str, Any]:
    _clear(folder)
    known = isinstance(problem, SociariumError)
    return {"status": "failed", "error": str(problem) if known else f"{type(problem).__name__}: {problem}"}


def _clear(folder: Path) -> None:
    """Remove what was written before, also the unfinished folders of workers that died."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in (folder, *folder.parent.glob(f".{folder.name}-*.part")):
        shutil.rmtree(left, ignore_errors=True)


def abandoned_or_new() -> Q:
    """Return the filter of exports that may be claimed."""
    return Q(status="queued") | Q(status="running", touched__lt=Now() - timedelta(seconds=SILENT_SECONDS))
