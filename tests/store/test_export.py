"""What is exported is what the database holds, whatever the format; a failed export leaves nothing."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import polars as pl
import pytest

from simapp.engine.actions.registry import names_by_code
from simapp.engine.core.errors import WrongInput
from simapp.store.exporters import csv, jsonl, parquet
from simapp.store.exporters.export import export_run
from simapp.store.rows import RunEvent, RunFile, RunFollow, RunMetric, RunPost, RunStep, RunText, RunUser
from tests.runs.small import busy, finish, make
from tests.store.story import HOSTILE_HANDLE, HOSTILE_TEXT, SCRIPT_TEXT

pytestmark = pytest.mark.django_db

FORMATS = ["csv", "jsonl", "parquet"]
SUFFIX = {"csv": csv.SUFFIX, "jsonl": jsonl.SUFFIX, "parquet": parquet.SUFFIX}


def read(folder, manifest, table):
    """One table of an export, read with the types that its dictionary declares."""
    declared = json.loads((folder / "data_dictionary.json").read_text())[table]["columns"]
    types = {c["name"]: getattr(pl, c["type"].capitalize().replace("Uint", "UInt")) for c in declared}
    path = folder / f"{table}{SUFFIX[manifest['format']]}"
    if manifest["format"] == "parquet":
        frame = pl.read_parquet(path)
        assert frame.schema == pl.Schema(types)
        return frame
    if manifest["format"] == "jsonl":
        with path.open() as file:
            return pl.DataFrame([json.loads(line) for line in file], schema=types, orient="row")
    frame = pl.read_csv(path, schema=types)
    texts = [name for name, kind in types.items() if kind == pl.String]
    return frame.with_columns(pl.col(texts).str.strip_prefix("'"))


@pytest.fixture(params=FORMATS)
def exported(request, told, tmp_path):
    """(story, folder, manifest, read) of an export in each tabular format."""
    folder = tmp_path / "out"
    manifest = export_run(told.run.pk, request.param, folder)
    return told, folder, manifest, lambda table: read(folder, manifest, table)


def test_every_table_has_as_many_rows_as_the_database(exported):
    told, _, manifest, _ = exported
    run = told.run.pk
    expected = {
        "users": RunUser.objects.filter(run_id=run).count(),
        "texts": RunText.objects.filter(run_id=run).count(),
        "posts": RunPost.objects.filter(run_id=run).count(),
        "follows": RunFollow.objects.filter(run_id=run).count(),
        "events": RunEvent.objects.filter(run_id=run).count(),
        "metrics": RunMetric.objects.filter(run_id=run).count(),
        "steps": RunStep.objects.filter(run_id=run).count(),
        "inputs": 0,
        "interviews": 0,
        "replies": 0,
        **{
            kind: sum(RunFile.objects.filter(run_id=run, kind=kind).values_list("rows", flat=True))
            for kind in ("impressions", "decisions", "opinions")
        },
    }
    assert {f["table"]: f["rows"] for f in manifest["files"] if "table" in f} == expected
    assert all(expected[name] for name in expected if name not in {"inputs", "interviews", "replies"})


def test_events_are_those_of_the_run_in_words(exported):
    told, _, _, table = exported
    events = table("events")
    found = list(events.select("step", "seq", "actor", "action", "outcome", "post", "user").iter_rows())
    rows = RunEvent.objects.filter(run_id=told.run.pk).order_by("step", "seq")
    names = names_by_code()
    assert [(r[0], r[1], r[2], r[3]) for r in found] == [
        (r.step, r.seq, r.actor, names[r.code]) for r in rows
    ]
    assert [r[5] for r in found] == [None if r.post < 0 else r.post for r in rows]
    refused = {(r[2], r[3]): r[4] for r in found if r[4] != "done"}
    assert refused == {(0, "like_post"): "own_post", (7, "repost"): "unknown_post"}
    assert events["minute"].to_list() == [30 * r.step for r in rows]


def test_hostile_text_comes_back_exactly(exported):
    _told, _, _, table = exported
    texts = set(table("texts")["text"])
    assert {HOSTILE_TEXT, SCRIPT_TEXT} <= texts
    users = table("users").sort("user_id")
    assert users["handle"][1] == HOSTILE_HANDLE
    assert users.row(1)[2:5] == ("-1+1", "@SUM(1)", "'quoted")
    assert users["persona"][0] == ""
    posts = table("posts")
    assert SCRIPT_TEXT in set(posts["text"])


def test_a_repost_has_no_text_and_a_post_no_parent(exported):
    _, _, _, table = exported
    posts = table("posts")
    assert set(posts["kind"]) == {"post", "repost", "quote", "comment"}
    assert posts.filter(pl.col("kind") == "repost")["text"].null_count() == 3
    assert posts.filter(pl.col("kind") == "post")["parent"].null_count() == 3
    assert posts.filter(pl.col("kind") != "post")["parent"].null_count() == 0
    assert set(posts["topic"]) == {"housing", "transport"}


def test_the_follow_history_leads_to_the_graph_of_the_world(exported):
    told, _, _, table = exported
    balance = (
        table("follows")
        .group_by("follower", "followee")
        .agg(pl.when(pl.col("change") == "follow").then(1).otherwise(-1).sum().alias("balance"))
        .filter(pl.col("balance") > 0)
    )
    follower, followee = told.world.follows.edges()
    assert set(balance.select("follower", "followee").iter_rows()) == set(
        zip(follower.tolist(), followee.tolist(), strict=True)
    )


def test_logs_of_all_steps_are_one_table(exported):
    told, _, _, table = exported
    opinions = table("opinions")
    assert opinions.columns == ["step", "user", "housing", "transport"]
    last = opinions.filter(pl.col("step") == told.last)
    np.testing.assert_array_equal(
        last["housing"].cast(pl.Float32).to_numpy(), told.records[-1].opinions[:, 0]
    )
    decisions = table("decisions")
    assert decisions.filter(pl.col("action") == "do_nothing").height == 3
    assert set(decisions["tier"]) == {"scenario", "rules"}
    shown = table("impressions")
    assert shown["step"].unique().sort().to_list() == [1, 2, 3, 4]
    assert shown.height == sum(len(r.impressions.viewer) for r in told.records)


@pytest.mark.parametrize("format", FORMATS)
def test_interviews_are_a_table_of_their_own(told, tmp_path, format):
    from tests.store.test_export_oasis import answered

    second = [answered(told.run, answers, step=2) for answers in ({1: "yes", 2: '=1+1\n"'}, {2: "no"})][1]
    manifest = export_run(told.run.pk, format, tmp_path / "out")
    said = read(tmp_path / "out", manifest, "interviews")
    assert said.select("seq", "step", "minute", "user", "kind", "tier", "prompt", "response").rows() == [
        (0, 2, 60, 1, "interview", "rules", "Well?", "yes"),
        (1, 2, 60, 2, "interview", "rules", "Well?", '=1+1\n"'),
        (0, 2, 60, 2, "interview", "rules", "Well?", "no"),
    ]
    assert said["interview"].to_list() == [second - 1, second - 1, second]


def test_a_group_and_a_purchase_are_named_in_events_and_decisions(new_run, tmp_path):
    from tests.store.story import tell

    story = {
        1: [(1, "create_group", {"text": "readers"})],
        2: [(2, "join_group", {"item": 0}), (3, "purchase_product", {"item": 1, "amount": 3})],
    }
    run = new_run(products=("mug", "hat"))
    tell(run, steps=2, story=story)
    manifest = export_run(run.pk, "parquet", tmp_path / "out")
    events = read(tmp_path / "out", manifest, "events").filter(pl.col("step") > 0)
    assert events.select("action", "item", "amount").rows() == [
        ("create_group", 0, 0), ("join_group", 0, 0), ("purchase_product", 1, 3),
    ]  # fmt: skip
    decisions = read(tmp_path / "out", manifest, "decisions").filter(pl.col("step") > 0)
    assert decisions.select("action", "item", "amount").rows() == [
        ("create_group", None, 0), ("join_group", 0, 0), ("purchase_product", 1, 3),
    ]  # fmt: skip


def test_a_missing_metric_is_empty(exported):
    _, _, _, table = exported
    metrics = table("metrics")
    assert metrics.filter(pl.col("name") == "undefined")["value"].null_count() == 5
    assert metrics.filter(pl.col("name") == "opinion_variance")["value"].null_count() == 0


def test_the_manifest_names_every_file_with_its_hash(exported):
    told, folder, manifest, _ = exported
    on_disk = {p.name for p in folder.iterdir()}
    assert on_disk == {f["name"] for f in manifest["files"]} | {"manifest.json"}
    assert {"scenario.json", "provenance.json", "data_dictionary.md", "data_dictionary.json"} <= on_disk
    for file in manifest["files"]:
        data = (folder / file["name"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
    assert json.loads((folder / "manifest.json").read_text()) == manifest
    origin = manifest["provenance"]
    assert (origin["seed"], origin["digest"], origin["step"]) == (7, told.records[-1].digest.hex(), 4)
    assert origin["sociarium"] not in ("", "unknown")
    assert json.loads((folder / "scenario.json").read_text()) == told.run.scenario_version.document


def test_every_column_is_described(exported):
    _, folder, manifest, table = exported
    page = (folder / "data_dictionary.md").read_text()
    for file in manifest["files"]:
        if "table" in file:
            assert table(file["table"]).columns == file["columns"]
            assert all(f"| `{name}` |" in page for name in file["columns"])


def test_the_published_dictionary_is_the_one_of_the_code(project_root):
    from simapp.store.exporters.dictionary import docs_page

    assert (project_root / "docs" / "data-dictionary.md").read_text() == docs_page()


def test_an_export_of_a_fork_holds_its_ancestors_past(told, tmp_path):
    from simapp.store.models import Run

    fork = Run.objects.create(
        scenario_version=told.run.scenario_version, seed=7, steps=10, parent=told.run, fork_step=2, step=2
    )
    manifest = export_run(fork.pk, "parquet", tmp_path / "out")
    assert read(tmp_path / "out", manifest, "users").height == 8
    events = read(tmp_path / "out", manifest, "events")
    assert events.height == sum(len(r.events) for r in told.records[:3])
    opinions = read(tmp_path / "out", manifest, "opinions")
    assert opinions["step"].unique().sort().to_list() == [0, 1, 2]


def test_no_csv_cell_starts_a_formula(told, tmp_path):
    import csv as standard

    export_run(told.run.pk, "csv", tmp_path / "out")
    cells = [
        cell
        for path in (tmp_path / "out").glob("*.csv")
        for row in standard.DictReader(path.open(newline=""))
        for name, cell in row.items()
        if name in ("handle", "name", "bio", "persona", "text", "payload")
    ]
    assert f"'{HOSTILE_TEXT}" in cells
    assert "''quoted" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_an_empty_text_and_a_missing_one_differ_in_csv(told, tmp_path):
    export_run(told.run.pk, "csv", tmp_path / "out")
    users = (tmp_path / "out" / "users.csv").read_text().splitlines()
    assert users[1].startswith('0,user0,User 0,bio 0,"",'), "an empty persona is a text"


def test_progress_grows_from_nothing_to_all(told, tmp_path):
    seen: list[float] = []
    export_run(told.run.pk, "parquet", tmp_path / "out", lambda share, _doing: seen.append(share))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("format", [*FORMATS, "oasis"])
def test_a_failed_export_leaves_nothing(told, tmp_path, format):
    def fail(share, doing):
        if share > 0.3:
            raise RuntimeError("no disk")

    with pytest.raises(RuntimeError, match="no disk"):
        export_run(told.run.pk, format, tmp_path / "all" / "out", fail)
    assert list((tmp_path / "all").iterdir()) == []


@pytest.mark.parametrize(
    ("run", "format", "sentence"),
    [
        (0, "csv", "there is no run 0"),
        (None, "xls", "format is 'xls'; it must be one of csv, jsonl, parquet, oasis"),
    ],
)
def test_wrong_input_is_one_sentence_and_no_folder(told, tmp_path, run, format, sentence):
    with pytest.raises(WrongInput, match=sentence):
        export_run(told.run.pk if run is None else run, format, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_not_touched(told, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("kept")
    with pytest.raises(WrongInput, match="exists already"):
        export_run(told.run.pk, "csv", tmp_path / "out")
    assert (tmp_path / "out" / "mine").read_text() == "kept"


def test_an_empty_folder_may_be_filled(told, tmp_path):
    (tmp_path / "out").mkdir()
    export_run(told.run.pk, "csv", tmp_path / "out")
    assert (tmp_path / "out" / "manifest.json").is_file()


def test_a_run_without_a_founding_cannot_be_exported(new_run, tmp_path):
    with pytest.raises(WrongInput, match="has no steps yet"):
        export_run(new_run().pk, "csv", tmp_path / "out")


def test_a_step_committed_meanwhile_is_not_in_the_export(told, tmp_path):
    from simapp.store.models import Run

    Run.objects.filter(pk=told.run.pk).update(step=2)
    manifest = export_run(told.run.pk, "parquet", tmp_path / "out")
    for table in ("events", "posts", "opinions", "steps"):
        assert read(tmp_path / "out", manifest, table)["step"].max() == 2


def test_no_transaction_is_held_open_while_progress_is_told(transactional_db, data_root, tmp_path):
    """Whoever watches an export reads its row: what the export's worker says must be visible at once."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from tests.store.story import make_run, tell

    told = tell(make_run(get_user_model().objects.create_user("olive")))
    for format in [*FORMATS, "oasis"]:
        open_ones = []
        export_run(
            told.run.pk,
            format,
            tmp_path / format,
            lambda *_, o=open_ones: o.append(connection.in_atomic_block),
        )
        assert open_ones
        assert not any(open_ones)


@pytest.mark.parametrize("format", FORMATS)
def test_an_unknown_stance_is_missing_and_not_a_number(transactional_db, data_root, tmp_path, format):
    post = '[{"kind": "inject_post", "at": 1, "author": 0, "text": "hm", "topic": "work"}]'
    run = finish(make(busy("rumour", f"interventions={post}"), steps=1))
    out = tmp_path / "out"
    manifest = export_run(run.pk, format, out)
    for name in ("posts", "decisions"):
        frame = read(out, manifest, name)
        key = frame["text_id"] if name == "decisions" else frame["text"]
        wanted = RunText.objects.get(run_id=run.pk, text="hm").text_id if name == "decisions" else "hm"
        assert frame.filter(key == wanted)["stance"].to_list() == [None]
