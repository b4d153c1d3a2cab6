"""Logs of a step as files: exact, verified, and gone when nobody registered them."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection

from simapp.store import files
from simapp.store.files import (
    FileDamaged,
    FileRow,
    folder_of,
    keep_bytes,
    list_files,
    path_of,
    register_files,
)
from simapp.store.parquet import read_log, write_step_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def cursor(db):
    with connection.cursor() as cursor:
        yield cursor


def test_impressions_come_back_with_rank_and_score(told, cursor):
    found = {f.step: read_log(told.run.pk, f) for f in list_files(cursor, told.run.pk, "impressions")}
    for record in told.records[1:]:
        frame = found[record.step]
        np.testing.assert_array_equal(frame["viewer"].to_numpy(), record.impressions.viewer)
        np.testing.assert_array_equal(frame["post"].to_numpy(), record.impressions.post)
        np.testing.assert_array_equal(frame["rank"].to_numpy(), record.impressions.rank)
        np.testing.assert_array_equal(frame["score"].to_numpy(), record.impressions.score)
    assert 0 not in found, "nothing is shown at the founding, so there is no file"


def test_decisions_hold_doing_nothing_too(told, cursor):
    from simapp.engine.actions.registry import code_of

    by_step = {f.step: read_log(told.run.pk, f) for f in list_files(cursor, told.run.pk, "decisions")}
    assert (by_step[3]["code"].to_numpy() == code_of("do_nothing")).sum() == 2
    for record in told.records:
        if len(record.decision_targets):
            np.testing.assert_array_equal(by_step[record.step]["target"].to_numpy(), record.decision_targets)


def test_opinions_have_one_column_per_topic(told, cursor):
    last = list_files(cursor, told.run.pk, "opinions", newest=True)[0]
    frame = read_log(told.run.pk, last)
    assert frame.columns == ["user", "topic_0", "topic_1"]
    np.testing.assert_array_equal(frame["topic_0"].to_numpy(), told.records[-1].opinions[:, 0])


def test_opinions_can_be_left_out(told):
    kinds = {f.kind for f in write_step_files(told.run.pk, told.records[1], opinions=False)}
    assert kinds == {"impressions", "decisions"}


def test_the_same_content_gets_the_same_name(told):
    assert write_step_files(told.run.pk, told.records[2]) == write_step_files(told.run.pk, told.records[2])


def test_a_damaged_or_missing_log_is_refused(told, cursor):
    file = list_files(cursor, told.run.pk, "decisions")[0]
    path = path_of(told.run.pk, file)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(FileDamaged, match="does not match its hash"):
        read_log(told.run.pk, file)
    path.unlink()
    with pytest.raises(FileDamaged, match="cannot be read"):
        read_log(told.run.pk, file)


def test_a_sweep_removes_what_nobody_registered_and_nothing_else(told, cursor):
    folder = folder_of(told.run.pk, "opinions")
    kept = {p.name for p in folder.iterdir()}
    orphan, _ = keep_bytes(folder, b"from a dead owner", stem="opinions-00000009", suffix=".parquet")
    (folder / ".opinions-00000009-x.part").write_bytes(b"half")
    assert set(files.sweep(cursor, told.run.pk)) == {orphan, ".opinions-00000009-x.part"}
    assert {p.name for p in folder.iterdir()} == kept


def test_a_file_marked_bad_is_not_offered_again(told, cursor):
    file = list_files(cursor, told.run.pk, "opinions", newest=True)[0]
    files.mark_bad(cursor, told.run.pk, file)
    assert list_files(cursor, told.run.pk, "opinions", newest=True)[0].step == file.step - 1


def test_only_the_newest_snapshots_are_kept(told, cursor):
    register_files(
        cursor, told.run.pk, [FileRow(s, "snapshot", f"s{s}", f"{s:064x}", 1) for s in (1, 2, 3, 4)]
    )
    gone = files.drop_old_snapshots(cursor, told.run.pk, keep=2)
    assert sorted(f.step for f in gone) == [1, 2]
    assert [f.step for f in list_files(cursor, told.run.pk, "snapshot")] == [3, 4]
    register_files(cursor, told.run.pk, [FileRow(4, "snapshot", "again", "f" * 64, 2)])
    assert list_files(cursor, told.run.pk, "snapshot", newest=True)[0].name == "again"


def test_an_unknown_kind_of_file_is_refused():
    with pytest.raises(ValueError, match="known: impressions, decisions, opinions, snapshot"):
        folder_of(1, "../../etc")
