"""Export, then import: the same run. And a folder that was tampered with: one sentence, and nothing kept."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.threads import Workers
from simapp.models import Audit, Run, RunInput, RunStep, ScenarioVersion
from simapp.runs.importing import import_run
from simapp.runs.past_world import world_at
from simapp.runs.points import newest_step
from simapp.runs.replaying import replay
from simapp.runs.services import store_upload, with_people
from simapp.store.exporters.dictionary import TABLES
from simapp.store.exporters.export import export_run
from simapp.store.tables import TABLES as BULK
from simapp.store.writer import write_inputs
from tests.laws.histories import differences, dump
from tests.runs.small import busy, finish, make
from tests.runs.test_disturbed import left_by
from tests.scenarios.importers.files import x_file, x_row

pytestmark = pytest.mark.django_db(transaction=True)

POST = (
    'interventions=[{"kind": "inject_post", "at": 2, "author": 3, "text": "\'quoted, =SUM(1)\\nand a line", '
    '"topic": "work"}, {"kind": "first_vote", "at": 1, "until": 9, "up": 0.3, "down": 0.3}]'
)


def a_run(*, steps: int = 5, **more: Any) -> Run:
    run = make(busy("rumour", POST, "population.users=60"), steps=steps, **more)
    with connection.cursor() as cursor:
        write_inputs(cursor, run.pk, 3, [{"kind": "switch_feed", "preset": "reddit-hot", "params": {"explore": 0.2}}])
    return finish(run)


def bulk_rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in BULK:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


@pytest.mark.parametrize("format", ["parquet", "csv", "jsonl"])
def test_an_imported_run_is_the_run_that_was_exported(format: str, tmp_path: Path) -> None:
    run = a_run()
    export_run(run.pk, format, tmp_path / "out")
    again = import_run(owner=None, path=tmp_path / "out")
    assert again.pk != run.pk
    again.refresh_from_db()
    for name in ("seed", "title", "status", "step", "steps", "users", "events", "digest_hex", "fingerprint"):
        assert getattr(again, name) == getattr(run, name), name
    assert again.scenario_version.document == run.scenario_version.document
    assert (again.parent, again.fork_step, again.lease_until) == (None, None, None)
    rows = left_by(run)
    for table, found in left_by(again).items():
        assert found == rows[table], table
    entered = RunInput.objects.values_list("step", "seq", "kind", "payload")
    assert list(entered.filter(run_id=run.pk)) == list(entered.filter(run_id=again.pk)) != []
    # It is repeated to the same digests, read by pages, and assembled at any step.
    assert replay(again, workers=Workers(1)).differs_at is None
    assert newest_step(again).counts == newest_step(run).counts
    minds = ("world/users/opinions", "world/extra")
    assert differences(dump(world_at(again, 4)), dump(world_at(run, 4)), *minds) == []
    assert Audit.objects.filter(run=again, action="import").exists()


def test_what_is_exported_again_is_row_for_row_what_was_imported(tmp_path: Path) -> None:
    run = a_run(steps=4)
    export_run(run.pk, "csv", tmp_path / "first")
    again = import_run(owner=None, path=tmp_path / "first")
    for pk, name in ((run.pk, "a"), (again.pk, "b")):
        export_run(pk, "parquet", tmp_path / name)
    for table in TABLES:
        one, two = (pl.read_parquet(tmp_path / name / f"{table.name}.parquet") for name in "ab")
        assert one.equals(two), table.name


def test_a_run_that_was_stopped_half_way_is_imported_as_stopped(tmp_path: Path, owner: Any) -> None:
    run = a_run(steps=6)
    Run.objects.filter(pk=run.pk).update(step=3)
    export_run(run.pk, "parquet", tmp_path / "out")
    again = import_run(owner=owner, path=tmp_path / "out")
    assert (again.status, again.step, again.steps, again.owner) == ("stopped", 3, 6, owner)
    assert again.digest_hex == bytes(RunStep.objects.get(run_id=run.pk, step=3).digest).hex()
    assert again.scenario_version.scenario.owner == owner


def test_people_of_a_file_travel_with_the_run(tmp_path: Path) -> None:
    data = x_file(*(x_row(i, following_agentid_list=[(i + 1) % 9]) for i in range(9)))
    upload, people = store_upload(owner=None, name="nine.csv", data=data)
    run = finish(make(with_people(busy(), upload, people), steps=3))
    export_run(run.pk, "parquet", tmp_path / "out")
    upload.delete()
    again = import_run(owner=None, path=tmp_path / "out")
    assert again.users == 9
    assert replay(again, workers=Workers(1)).differs_at is None


def test_the_command_says_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = a_run(steps=2)
    export_run(run.pk, "parquet", tmp_path / "out")
    call_command("import-run", str(tmp_path / "out"), json=True)
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["steps"], said["digest"], said["status"]) == (2, run.digest_hex, "finished")
    assert Run.objects.get(pk=said["run"]).events == run.events


# --- folders that lie -------------------------------------------------------------------------------------


def rewrite(folder: Path, name: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Change a table and everything that the manifest says about it, as who means harm would."""
    path = folder / f"{name}.parquet"
    frame = change(pl.read_parquet(path))
    frame.write_parquet(path)
    seal(folder, path.name, rows=frame.height)


def seal(folder: Path, name: str, **more: Any) -> None:
    def entry(said: dict[str, Any]) -> None:
        for file in said["files"]:
            if file["name"] == name:
                file.update(sha256=hashlib.sha256((folder / name).read_bytes()).hexdigest(), **more)

    manifest(folder, entry)


def manifest(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    said = json.loads((folder / "manifest.json").read_text())
    change(said)
    (folder / "manifest.json").write_text(json.dumps(said))


def said_of_run(folder: Path, **changes: Any) -> None:
    path = folder / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    seal(folder, path.name)


def put(table: str, column: str, value: Any, where: pl.Expr | None = None) -> Callable[[Path], None]:
    """Set a column in the first row (or where it says)."""

    def change(folder: Path) -> None:
        rows = pl.int_range(pl.len()) == 0 if where is None else where

        def one(frame: pl.DataFrame) -> pl.DataFrame:
            kind = frame.schema[column]
            return frame.with_columns(pl.when(rows).then(pl.lit(value, kind)).otherwise(pl.col(column)).alias(column))

        rewrite(folder, table, one)

    return change


def flip_a_byte(folder: Path) -> None:
    data = bytearray((folder / "events.parquet").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "events.parquet").write_bytes(bytes(data))


def garbage(folder: Path) -> None:
    (folder / "posts.parquet").write_bytes(b"PAR1" + bytes(range(256)) * 4 + b"PAR1")
    seal(folder, "posts.parquet")


def linked(folder: Path) -> None:
    (folder / "users.parquet").rename(folder.parent / "elsewhere")
    (folder / "users.parquet").symlink_to(folder.parent / "elsewhere")


DONE = pl.col("outcome") == "done"
LIES: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "a byte": ("events.parquet is not the file that was exported", flip_a_byte),
    "no file": ("posts.parquet is missing", lambda f: (f / "posts.parquet").unlink()),
    "no manifest": ("manifest.json is missing", lambda f: (f / "manifest.json").unlink()),
    "no JSON": ("manifest.json is not JSON", lambda f: (f / "manifest.json").write_text("{" * 100_000)),
    "deep JSON": (
        "manifest.json is not JSON",
        lambda f: (f / "manifest.json").write_text("[" * 100_000 + "]" * 100_000),
    ),
    "a list": ("manifest.json is not a JSON object", lambda f: (f / "manifest.json").write_text("[]")),
    "other version": ("manifest_version 2", lambda f: manifest(f, lambda m: m.update(manifest_version=2))),
    "other format": ("has the format 'oasis'", lambda f: manifest(f, lambda m: m.update(format="oasis"))),
    "no files": ("has no list", lambda f: manifest(f, lambda m: m.update(files={}))),
    "outside": (
        r"names the file '../../etc/passwd', which is no plain name",
        lambda f: manifest(f, lambda m: m["files"].append({"name": "../../etc/passwd", "sha256": ""})),
    ),
    "absolute": (
        "which is no plain name",
        lambda f: manifest(f, lambda m: m["files"].append({"name": "/etc/passwd", "sha256": ""})),
    ),
    "twice": ("names users.parquet twice", lambda f: manifest(f, lambda m: m["files"].append(m["files"][0]))),
    "unnamed": ("does not name users.parquet", lambda f: manifest(f, lambda m: m["files"].pop(0))),
    "a link": ("users.parquet is a link", linked),
    "garbage": ("posts.parquet cannot be read as parquet", garbage),
    "a column less": ("posts.parquet has other columns", lambda f: rewrite(f, "posts", lambda t: t.drop("arm"))),
    "a column's type": (
        "posts.parquet has other columns than the data dictionary says, first: arm",
        lambda f: rewrite(f, "posts", lambda t: t.with_columns(pl.col("arm").cast(pl.Int64))),
    ),
    "rows uncounted": ("has 60 rows where the manifest says 7", lambda f: seal(f, "users.parquet", rows=7)),
    "an unknown word": ("row 0 has the action 'fly', which does not exist", put("events", "action", "fly")),
    "nothing where something must be": ("events.parquet: row 0 has no outcome", put("events", "outcome", None)),
    "no number": ("users.parquet: row 0 has a level that is no finite number", put("users", "level", float("inf"))),
    "a huge actor": ("events: row 0 has the actor 99", put("events", "actor", 99)),
    "a huge author": ("posts: row 0 has the author 2147483646", put("posts", "author", 2**31 - 2)),
    "a negative viewer": ("impressions: row 0 has the viewer -5", put("impressions", "viewer", -5)),
    "the scenario follows": (
        "the scenario itself does not follow",
        put("events", "actor", None, pl.col("action") == "follow"),
    ),
    "a post of somebody else": (
        "number must name its author and step",
        put("posts", "author", 1, pl.col("author") != 1),
    ),
    "a step too far": ("posts has steps out of order, or outside of 0 to 3", put("posts", "step", 9)),
    "users out of order": ("users must be numbered", lambda f: rewrite(f, "users", lambda t: t.reverse())),
    "a step less": ("steps must be all of 0 to 3", lambda f: rewrite(f, "steps", lambda t: t.head(3))),
    "a text less": ("uses a text_id that texts does not have", lambda f: rewrite(f, "texts", lambda t: t.tail(-1))),
    "another text": ("do not have the digest that was recorded", put("texts", "text", "never said")),
    "another outcome": (
        "decisions or events of step . do not have the digest",
        put("events", "outcome", "self", DONE & (pl.col("action") == "create_post") & (pl.col("step") > 0)),
    ),
    "another decision": ("decisions or events of step", put("decisions", "stance", 0.123, pl.col("step") == 2)),
    "another rank": ("impressions of step . do not have the digest", put("impressions", "score", 9.0)),
    "another follow": (
        "follows of step . are not what its events changed",
        put("follows", "followee", 1, (pl.col("step") > 0) & (pl.col("follower") != 1)),
    ),
    "a graph with loops": (
        "follows of step 0 must be edges",
        lambda f: rewrite(f, "follows", lambda t: t.with_columns(followee=pl.col("follower"))),
    ),
    "another stance": ("the steps do not add up: the posts of step", put("posts", "stance", 0.5, pl.col("step") == 1)),
    "a post less": (
        "the steps do not add up: the events of step . write other posts",
        lambda f: rewrite(f, "posts", lambda t: t.filter(pl.col("step") != 2)),
    ),
    "opinions of some": (
        "opinions of step 1 are not those of all users",
        lambda f: rewrite(f, "opinions", lambda t: t.filter(~((pl.col("step") == 1) & (pl.col("user") == 7)))),
    ),
    "no hex": ("digest that is not 64 hex digits", put("steps", "digest", "xyz")),
    "counts of words": ("has counts that are not whole numbers", put("steps", "counts", '{"a": "b"}')),
    "a crooked histogram": ("has a histogram that is not rows", put("steps", "histogram", "[[1], [1, 2]]")),
    "inputs that are no JSON": ("inputs: row 0 holds no JSON object", put("inputs", "payload", "][")),
    "a large seed": ("seed is 9223372036854775808; it must be", lambda f: said_of_run(f, seed=2**63)),
    "half a seed": ("seed is 1.5; it must be", lambda f: said_of_run(f, seed=1.5)),
    "more steps than planned": ("which cannot be", lambda f: said_of_run(f, steps_planned=2)),
    "many users": ("users has 60 rows where the manifest says 61", lambda f: manifest(f, lambda m: m.update(users=61))),
    "a long title": ("title must be a text of at most 200", lambda f: said_of_run(f, title="x" * 201)),
    "no fingerprint": ("fingerprint must be a JSON object", lambda f: said_of_run(f, fingerprint=[1])),
    "another scenario": ("is not the document of scenario_sha256", lambda f: said_of_run(f, scenario_sha256="0" * 64)),
}


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """An export of a short run."""
    run = a_run(steps=3)
    export_run(run.pk, "parquet", tmp_path / "out")
    return tmp_path / "out"


def test_a_folder_that_lies_is_refused_in_one_sentence_and_nothing_is_kept(exported: Path, tmp_path: Path) -> None:
    # One export for all lies: each is told to a copy of it.
    before = (bulk_rows(), Run.objects.count(), ScenarioVersion.objects.count(), folders())
    for name, (sentence, lie) in LIES.items():
        folder = tmp_path / name.replace(" ", "-").replace("'", "") / "out"
        shutil.copytree(exported, folder)
        lie(folder)
        with pytest.raises(WrongInput, match=sentence) as refused:
            import_run(owner=None, path=folder)
        assert "\n" not in str(refused.value), name
        assert (bulk_rows(), Run.objects.count(), ScenarioVersion.objects.count(), folders()) == before, name


def folders() -> set[str]:
    return {path.name for path in (Path(django_settings.SOCIARIUM_DATA_ROOT) / "runs").glob("*")}


def test_a_failure_while_writing_leaves_no_row_and_no_file(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simapp.runs import importing

    before, write = (bulk_rows(), Run.objects.count(), folders()), importing.write_step

    def full(cursor: Any, run_id: int, record: Any, files: Any) -> None:
        if record.step == 2:
            raise OSError(28, "No space left on device")
        write(cursor, run_id, record, files)

    monkeypatch.setattr(importing, "write_step", full)
    with pytest.raises(OSError, match="No space"):
        import_run(owner=None, path=exported)
    assert (bulk_rows(), Run.objects.count(), folders()) == before


def test_a_table_of_numbers_that_fit_nowhere_is_refused(exported: Path) -> None:
    rewrite(exported, "users", lambda t: t.with_columns(age=pl.lit(-3, pl.Int16)))
    with pytest.raises(WrongInput, match="users: row 0 has the age -3"):
        import_run(owner=None, path=exported)
