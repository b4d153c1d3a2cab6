"""Exports as background work: asked for by a member, written by a worker, taken up again when one dies."""

from __future__ import annotations

import logging
import shutil
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from simapp.engine.core.errors import SociariumError
from simapp.models import Export

logger = logging.getLogger(__name__)

SILENT_SECONDS = 15  # an export that has not reported for so long has lost its worker


def export_folder(export: Export) -> Path:
    """Return where an export's files go."""
    return Path(settings.SOCIARIUM_DATA_ROOT) / "exports" / str(export.pk)


def abandoned() -> Q:
    """Return the filter of exports that nobody works on although they are not done."""
    silent = Q(status="running", touched__lt=Now() - timedelta(seconds=SILENT_SECONDS))
    return silent | Q(status="queued", created__lt=Now() - timedelta(seconds=3))


def make(export_id: int) -> None:
    """Write one export. Claimed by a conditional update, so a task that arrives twice works once."""
    claimed = Export.objects.filter(abandoned_or_new(), pk=export_id).update(
        status="running", progress=0.0, touched=Now(), error=""
    )
    if not claimed:
        return
    export = Export.objects.select_related("run").get(pk=export_id)
    folder = export_folder(export)
    last = [0.0]

    def progress(share: float, doing: str) -> None:
        if share >= 1.0 or time.monotonic() - last[0] > 0.2:
            last[0] = time.monotonic()
            Export.objects.filter(pk=export_id).update(progress=share, doing=doing[:200], touched=Now())

    from simapp.store.exporters.export import export_run

    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        manifest = export_run(export.run_id, export.format, folder, progress)
    except Exception as problem:
        logger.exception("export %s failed", export_id)
        shutil.rmtree(folder, ignore_errors=True)
        sentence = (
            str(problem) if isinstance(problem, SociariumError) else f"{type(problem).__name__}: {problem}"
        )
        Export.objects.filter(pk=export_id).update(status="failed", error=sentence, ended=timezone.now())
        return
    Export.objects.filter(pk=export_id).update(
        status="done", progress=1.0, doing="", path=str(folder), manifest=manifest, ended=timezone.now()
    )


def abandoned_or_new() -> Q:
    """Return the filter of exports that may be claimed."""
    return Q(status="queued") | Q(status="running", touched__lt=Now() - timedelta(seconds=SILENT_SECONDS))
