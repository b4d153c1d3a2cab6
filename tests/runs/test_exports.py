"""Exports as background work: who may write one, and what is left when its worker dies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now

from simapp.engine.core.errors import WrongInput
from simapp.models import Export, Run
from simapp.runs import exports, services
from simapp.stack.process import wait_until
from simapp.store.exporters import export as exporter
from tests.runs.small import finish, make
from tests.runs.test_trouble import cut_all_connections

pytestmark = pytest.mark.django_db(transaction=True)

Progress = Callable[[float, str], None]


@pytest.fixture
def run() -> Run:
    return finish(make(steps=2))


@pytest.fixture
def export(run: Run, monkeypatch: pytest.MonkeyPatch) -> Export:
    monkeypatch.setattr(services.make_export, "apply_async", lambda *_args, **_more: None)
    return services.start_export(run=run, member=None, format="csv")


def silent(export: Export) -> None:
    Export.objects.filter(pk=export.pk).update(
        status="running", touched=Now() - timedelta(seconds=exports.SILENT_SECONDS + 1)
    )


def test_an_export_is_made_once_however_often_its_task_arrives(export: Export) -> None:
    exports.make(export.pk)
    export.refresh_from_db()
    assert (export.status, export.progress, export.error) == ("done", 1.0, "")
    manifest = Path(export.path) / "manifest.json"
    written = manifest.stat().st_mtime_ns
    exports.make(export.pk)
    assert manifest.stat().st_mtime_ns == written


def test_a_worker_in_a_long_silence_still_reports(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "BEAT_SECONDS", 0.01)

    def heard(_run: int, _format: str, out: Path, progress: Progress, **options: object) -> dict[str, object]:
        before = Export.objects.get(pk=export.pk).touched
        assert wait_until(lambda: Export.objects.get(pk=export.pk).touched != before, seconds=20)
        out.mkdir(parents=True)
        return {}

    monkeypatch.setattr(exporter, "export_run", heard)
    exports.make(export.pk)
    export.refresh_from_db()
    assert export.status == "done"


def test_who_lost_an_export_leaves_the_files_and_the_row_of_the_next_alone(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent(export)
    theirs = exports.export_folder(export) / "users.csv"

    def overtaken(_run: int, _format: str, _out: Path, progress: Progress, **options: object) -> dict[str, object]:
        silent(export)
        assert Export.objects.filter(exports.abandoned_or_new(), pk=export.pk).update(touched=Now())
        theirs.parent.mkdir(parents=True)
        theirs.write_text("x")
        progress(0.5, "half")
        raise AssertionError

    monkeypatch.setattr(exporter, "export_run", overtaken)
    exports.make(export.pk)
    export.refresh_from_db()
    assert (export.status, export.error, export.progress) == ("running", "", 0.0)
    assert theirs.read_text() == "x"


def test_what_a_dead_worker_left_unfinished_is_removed(export: Export) -> None:
    silent(export)
    folder = exports.export_folder(export)
    left = folder.parent / f".{folder.name}-0123456789ab.part"
    left.mkdir(parents=True)
    (left / "users.csv").write_text("half")
    exports.make(export.pk)
    export.refresh_from_db()
    assert (export.status, left.exists()) == ("done", False)


def test_an_export_goes_on_after_a_restart_of_the_database(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, cut = exporter.export_run, []

    def interrupted(run: int, format: str, out: Path, progress: Progress, **options: object) -> dict[str, object]:
        if not cut:
            cut.append(1)
            cut_all_connections()
        return write(run, format, out, progress)

    monkeypatch.setattr(exporter, "export_run", interrupted)
    exports.make(export.pk)
    export.refresh_from_db()
    assert (export.status, export.error) == ("done", "")


def test_an_export_that_cannot_be_made_says_why(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **_options: object) -> dict[str, object]:
        raise ValueError("a defect")

    monkeypatch.setattr(exporter, "export_run", broken)
    exports.make(export.pk)
    export.refresh_from_db()
    assert (export.status, export.error) == ("failed", "ValueError: a defect")
    assert export.ended is not None


def test_legacy_repost_text_is_asked_for_with_the_oasis_format_and_reaches_the_file(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "quietly", lambda _task, _key: None)
    with pytest.raises(WrongInput, match="legacy_reposts goes with the format oasis, not csv"):
        services.start_export(run=run, member=None, format="csv", legacy_reposts=True)
    assert not Export.objects.exists()
    export = services.start_export(run=run, member=None, format="oasis", legacy_reposts=True)
    exports.make(export.pk)
    export.refresh_from_db()
    assert export.status == "done", export.error
    assert any("legacy repost text" in note for note in export.manifest["notes"])
