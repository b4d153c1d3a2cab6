"""Logs of a step as files: exact, verified, and gone when nobody registered them."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection

from simapp.engine.actions.registry import code_of
from simapp.store.files import FileDamaged, FileRow, keep_bytes, list_files, run_folder, sweep, write_files
from simapp.store.parquet import read_log, write_step_files
from simapp.store.rows import RunFile

pytestmark = pytest.mark.django_db


def logs(told, kind):
    """Every log of a kind, by step."""
    found = list_files(told.run.pk, kind, upto=told.last)
    return {step: read_log(run_folder(told.run.pk), file) for step, file in found}


def test_impressions_come_back_with_rank_and_score(told):
    found = logs(told, "impressions")
    for record in told.records[1:]:
        frame = found[record.step]
        np.testing.assert_array_equal(frame["viewer"].to_numpy(), record.impressions.viewer)
        np.testing.assert_array_equal(frame["post"].to_numpy(), record.impressions.post)
        np.testing.assert_array_equal(frame["rank"].to_numpy(), record.impressions.rank)
        np.testing.assert_array_equal(frame["score"].to_numpy(), record.impressions.score)
    assert 0 not in found, "nothing is shown at the founding, so there is no file"


def test_decisions_hold_doing_nothing_too(told):
    by_step = logs(told, "decisions")
    assert (by_step[3]["code"].to_numpy() == code_of("do_nothing")).sum() == 2
    for record in told.records:
        if len(record.decision_targets):
            np.testing.assert_array_equal(by_step[record.step]["target"].to_numpy(), record.decision_targets)


def test_opinions_have_one_column_per_topic(told):
    frame = logs(told, "opinions")[told.last]
    assert frame.columns == ["user", "topic_0", "topic_1"]
    np.testing.assert_array_equal(frame["topic_0"].to_numpy(), told.records[-1].opinions[:, 0])


def test_opinions_can_be_left_out(told, tmp_path):
    kinds = {f.kind for f in write_step_files(tmp_path, told.records[1], opinions=False)}
    assert kinds == {"impressions", "decisions"}


def test_the_same_content_gets_the_same_name(told, tmp_path):
    assert write_step_files(tmp_path, told.records[2]) == write_step_files(tmp_path, told.records[2])


def test_a_damaged_or_missing_log_is_refused(told):
    _, file = list_files(told.run.pk, "decisions", upto=9)[0]
    folder = run_folder(told.run.pk)
    data = bytearray((folder / file.name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / file.name).write_bytes(data)
    with pytest.raises(FileDamaged, match="does not match its hash"):
        read_log(folder, file)
    (folder / file.name).unlink()
    with pytest.raises(FileDamaged, match="cannot be read"):
        read_log(folder, file)


def test_a_sweep_removes_what_nobody_registered_and_nothing_else(told):
    folder = run_folder(told.run.pk)
    kept = {p for p in folder.rglob("*") if p.is_file()}
    orphan, _ = keep_bytes(folder / "opinions", b"from a dead owner", stem="opinions-9", suffix=".parquet")
    (folder / "snapshot").mkdir()
    (folder / "snapshot" / ".snapshot-x.part").write_bytes(b"half")
    assert sweep(told.run.pk, folder) == [f"opinions/{orphan}", "snapshot/.snapshot-x.part"]
    assert {p for p in folder.rglob("*") if p.is_file()} == kept


def test_a_sweep_of_a_run_without_files_does_nothing(new_run):
    run = new_run()
    assert sweep(run.pk, run_folder(run.pk)) == []


def test_a_file_marked_bad_is_not_offered_again(told):
    RunFile.objects.filter(run_id=told.run.pk, kind="opinions", step=told.last).update(good=False)
    assert list_files(told.run.pk, "opinions", upto=99)[-1][0] == told.last - 1


def test_a_snapshot_registered_again_replaces_the_first(told):
    with connection.cursor() as cursor:
        for name, digest in (("first", "a" * 64), ("again", "b" * 64)):
            write_files(cursor, told.run.pk, 4, [FileRow("snapshot", name, digest, 2, 1)])
    assert list_files(told.run.pk, "snapshot", upto=9) == [(4, FileRow("snapshot", "again", "b" * 64, 2, 1))]
