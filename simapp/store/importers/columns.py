"""A table of an export as the engine's arrays: names become codes again, and what is missing what stands for it.

Driven by the data dictionary, as the exporters are: a column that is new there needs nothing here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simapp.engine.actions.registry import all_actions
from simapp.engine.core.batches import REASONS, TIERS
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.ids import SYSTEM
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.population import GENDERS
from simapp.engine.core.posts import KINDS
from simapp.store.exporters.dictionary import Column, Table
from simapp.store.importers.folder import Folder

_POLARS: dict[str, Any] = {
    "int8": pl.Int8, "int16": pl.Int16, "int32": pl.Int32, "int64": pl.Int64, "uint8": pl.UInt8,
    "uint16": pl.UInt16, "float32": pl.Float32, "float64": pl.Float64, "string": pl.String,
}  # fmt: skip
_CODES: dict[str, dict[str, int]] = {
    "action": {name: action.code for name, action in all_actions().items()},
    "gender": {name: code for code, name in enumerate(GENDERS)},
    "kind": {name: code for code, name in enumerate(KINDS)},
    "outcome": {outcome.name.lower(): int(outcome) for outcome in Outcome},
    "tier": {name: code for code, name in enumerate(TIERS)},
    "reason": {name: code for code, name in enumerate(REASONS)},
    "change": {"unfollow": 0, "follow": 1},
}
# What stands for a missing value in the tables; -1 in all other whole numbers.
_ABSENT = {"author": SYSTEM, "actor": SYSTEM, "age": 0}


def read_columns(folder: Folder, table: Table, topics: list[str]) -> dict[str, Any]:
    """Return a table's columns: arrays, and for text that is no name of something a list of str.

    Raises WrongInput that names the file, and the row and column where there is one.
    """
    path = folder.table(table.name)
    frame = _frame(folder, table, path)
    said = folder.entries[path.name].get("rows")
    if said != frame.height:
        msg = f"{path.name} has {frame.height} rows where the manifest says {said!r}"
        raise WrongInput(msg)
    return {column.name: _array(path.name, table, column, frame[column.name], topics) for column in table.columns}


def _frame(folder: Folder, table: Table, path: Path) -> pl.DataFrame:
    types = {column.name: _POLARS[column.type] for column in table.columns}
    try:
        if folder.format == "parquet":
            frame = pl.read_parquet(path)
        elif folder.format == "csv":
            _check_header(path, types)
            frame = pl.read_csv(path, schema=types)
            texts = [name for name, kind in types.items() if kind == pl.String]
            frame = frame.with_columns(pl.col(texts).str.strip_prefix("'"))
        elif not path.stat().st_size:
            frame = pl.DataFrame(schema=types)
        else:
            _check_fields(path, types)
            # This reader knows wide numbers only; what does not fit the declared type fails the cast.
            wide = {name: pl.String if kind == pl.String else _wide(kind) for name, kind in types.items()}
            frame = pl.read_ndjson(path, schema=wide).cast(types, strict=True)
    except WrongInput:
        raise
    except (Exception, pl.exceptions.PanicException) as problem:  # noqa: BLE001 - polars panics over some broken files
        said = (str(problem).splitlines() or [type(problem).__name__])[0][:200]
        msg = f"{path.name} cannot be read as {folder.format}: {said}"
        raise WrongInput(msg) from None
    if frame.schema != pl.Schema(types):
        wrong = sorted(set(frame.schema.items()) ^ set(types.items()), key=str)
        first = wrong[0][0] if wrong else "their order"
        msg = f"{path.name} has other columns than the data dictionary says, first: {first}"
        raise WrongInput(msg)
    return frame


def _wide(kind: Any) -> Any:
    return pl.Float64 if kind.is_float() else pl.Int64


def _check_header(path: Path, types: dict[str, Any]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header = file.readline(10_000).rstrip("\r\n").split(",")
    if header != list(types):
        msg = f"{path.name} has other columns than the data dictionary says"
        raise WrongInput(msg)


def _check_fields(path: Path, types: dict[str, Any]) -> None:
    # The reader would leave out fields that it does not know, and fill in those that are not there.
    with path.open(encoding="utf-8") as file:
        first = json.loads(file.readline(10_000_000))
    if not isinstance(first, dict) or list(first) != list(types):
        msg = f"{path.name} has other columns than the data dictionary says"
        raise WrongInput(msg)


def _array(file: str, table: Table, column: Column, values: pl.Series, topics: list[str]) -> Any:
    missing = values.is_null()
    if missing.any() and not column.missing:
        msg = f"{file}: row {missing.arg_true()[0]} has no {column.name}"
        raise WrongInput(msg)
    codes = {topic: code for code, topic in enumerate(topics)} if column.name == "topic" else _CODES.get(column.name)
    # The kind of an input is a word of its own, no code; so are those of a reply.
    if codes is not None and column.type == "string" and table.name not in {"inputs", "replies"}:
        found = values.replace_strict(codes, default=None, return_dtype=pl.Int64)
        unknown = (found.is_null() & ~missing).arg_true()
        if unknown.len():
            msg = f"{file}: row {unknown[0]} has the {column.name} {values[unknown[0]][:60]!r}, which does not exist"
            raise WrongInput(msg)
        return found.fill_null(-1).to_numpy()
    if column.type == "string":
        return values.to_list()
    if column.type.startswith("float"):
        return _finite(file, column, values.fill_null(float("nan")).to_numpy(), missing.to_numpy())
    return values.fill_null(_ABSENT.get(column.name, -1)).to_numpy() if missing.any() else values.to_numpy()


def _finite(file: str, column: Column, values: NDArray[Any], missing: NDArray[np.bool_]) -> NDArray[Any]:
    wrong = np.flatnonzero(~np.isfinite(values) & ~missing)
    if wrong.shape[0]:
        msg = f"{file}: row {wrong[0]} has a {column.name} that is no finite number"
        raise WrongInput(msg)
    return values
