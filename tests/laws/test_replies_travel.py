"""What models answered goes out with a run's export and comes back as its inputs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.threads import Workers
from simapp.models import ModelReply, Run
from simapp.runs.importing import import_run
from simapp.runs.replaying import replay
from simapp.store.exporters.export import export_run
from tests.laws.test_export_import import rewrite
from tests.runs.small import finish, make
from tests.runs.test_thinking import thinking
from tests.runs.thinking import Oracle, answered, endpoint

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["answered"]

Answered = Callable[[Any], None]
LEFT_OUT = ("id", "run_id", "batch_id")


def replies_of(run: Run) -> list[dict[str, Any]]:
    rows = ModelReply.objects.filter(run_id=run.rows).order_by("step", "user_id").values()
    return [{k: bytes(v) if k == "key" else v for k, v in row.items() if k not in LEFT_OUT} for row in rows]


@pytest.mark.parametrize("format", ["parquet", "csv", "jsonl"])
def test_an_imported_run_has_the_replies_and_is_repeated_without_any_model(
    format: str, answered: Answered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(Oracle())
    prices = {"endpoint/oracle": {"input": 5.0, "output": 5.0, "timeout": 20.0}}
    monkeypatch.setattr("simapp.runs.services.note_prices", lambda *_: prices)
    run = finish(make(thinking(endpoint(60), limits={"money": 0.05}), steps=3))
    ModelReply.objects.filter(run_id=run.rows).update(first="=1+1", key=b"k" * 32)
    export_run(run.pk, format, tmp_path / "out")

    again = import_run(owner=None, path=tmp_path / "out")

    assert replies_of(again) == replies_of(run) != []
    assert again.prices == prices
    assert replay(again, workers=Workers(1)).differs_at is None


def test_an_export_without_a_table_of_replies_is_imported_as_before(tmp_path: Path) -> None:
    run = finish(make(steps=2))
    export_run(run.pk, "parquet", tmp_path / "out")
    path = tmp_path / "out" / "manifest.json"
    said = json.loads(path.read_text())
    said["files"] = [entry for entry in said["files"] if entry["name"] != "replies.parquet"]
    path.write_text(json.dumps(said))
    assert import_run(owner=None, path=tmp_path / "out").digest_hex == run.digest_hex


def test_replies_that_cannot_be_are_refused_and_the_row_is_named(answered: Answered, tmp_path: Path) -> None:
    answered(Oracle())
    run = finish(make(thinking(), steps=2))
    folder = tmp_path / "out"
    export_run(run.pk, "parquet", folder)
    whole = pl.read_parquet(folder / "replies.parquet")

    def second(column: str, value: Any) -> pl.DataFrame:
        place = pl.int_range(pl.len()) == 1
        changed = (
            pl.when(place)
            .then(pl.lit(value))
            .otherwise(pl.col(column))
            .cast(whole.schema[column])
            .alias(column)
        )
        return whole.with_columns(changed)

    for column, value in (
        ("tier", "rules"), ("outcome", "done"), ("user", 10_000), ("key", "xyz"), ("options", "{}"),
        ("options", '["' + "a" * 41 + '"]'), ("seconds", -1.0), ("cached", 2), ("tokens_in", -1),
        ("template", "a" * 17),
    ):  # fmt: skip
        rewrite(folder, "replies", lambda _, column=column, value=value: second(column, value))
        with pytest.raises(WrongInput, match="replies: row 1 ") as problem:
            import_run(owner=None, path=folder)
        assert column in str(problem.value)
    rewrite(folder, "replies", lambda _: pl.concat([whole[:1], whole]))
    with pytest.raises(WrongInput, match="row 1 stands before the row above it, or is there twice"):
        import_run(owner=None, path=folder)
    assert not Run.objects.exclude(pk=run.pk).exists()
