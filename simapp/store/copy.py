"""Binary COPY built from arrays: a table's rows become one byte string without a Python loop over rows.

PostgreSQL's binary COPY format (documentation of COPY, "Binary Format"): a signature of 11 bytes, two
int32 words, then per row an int16 count of fields and per field an int32 length and the value, all
big-endian; -1 as a length is NULL and has no value; an int16 of -1 ends the stream. Fixed-width columns
therefore make rows of one width, which is one packed structured array.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
TRAILER = b"\xff\xff"
CHUNK_ROWS = 32_768

# PostgreSQL type -> (bytes, numpy type in network order)
_FIXED: dict[str, tuple[int, str]] = {
    "bool": (1, "?"),
    "int2": (2, ">i2"),
    "int4": (4, ">i4"),
    "int8": (8, ">i8"),
    "float4": (4, ">f4"),
    "float8": (8, ">f8"),
    "uuid": (16, "u1"),
    "bytea": (32, "u1"),
}


def encode(
    types: Mapping[str, str],
    columns: Mapping[str, Any],
    nulls: Mapping[str, NDArray[np.bool_]] | None = None,
) -> Iterator[bytes]:
    """Yield the COPY stream of R rows in pieces of at most CHUNK_ROWS rows.

    types: column -> bool, int2, int4, int8, float4, float8, uuid or bytea (32 bytes), in the order of
    the COPY statement. columns: column -> array [R], or uint8[R, width] for uuid and bytea, or one value
    for all rows; at least one is an array. nulls: column -> bool[R], true where the value is NULL.
    Raises ValueError when lengths differ or a value does not fit its type; nothing is yielded then.
    """
    arrays = {name: np.asarray(columns[name]) for name in types}
    rows = _row_count(types, arrays)
    for name, kind in types.items():
        _check_fits(name, kind, arrays[name])
    layout = _layout(types)
    masks = {name: np.asarray(mask, np.bool_) for name, mask in (nulls or {}).items() if np.any(mask)}

    def pieces() -> Iterator[bytes]:
        yield SIGNATURE
        for lo in range(0, rows, CHUNK_ROWS):
            part = slice(lo, min(lo + CHUNK_ROWS, rows))
            yield _pack(types, arrays, masks, layout, part)
        yield TRAILER

    return pieces()


def copy_columns(
    cursor: Any,
    table: str,
    types: Mapping[str, str],
    columns: Mapping[str, Any],
    nulls: Mapping[str, NDArray[np.bool_]] | None = None,
) -> int:
    """Insert the rows that `columns` describe (see `encode`) and return how many there were."""
    arrays = {name: np.asarray(columns[name]) for name in types}
    rows = _row_count(types, arrays)
    if not rows:
        return 0
    stream = encode(types, arrays, nulls)
    with _errors_of(cursor), cursor.copy(copy_statement(table, types)) as copy:
        for piece in stream:
            copy.write(piece)
    return rows


def copy_rows(cursor: Any, table: str, types: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows that hold text or JSON, one by one, in binary; return how many there were."""
    count = 0
    with _errors_of(cursor), cursor.copy(copy_statement(table, types)) as copy:
        copy.set_types(list(types.values()))
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def copy_statement(table: str, columns: Iterable[str]) -> sql.Composed:
    """Return the COPY statement of these columns, names quoted."""
    names = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table), names)


def _errors_of(cursor: Any) -> AbstractContextManager[Any]:
    # Django translates the driver's errors around execute() but not around copy().
    database = getattr(cursor, "db", None)
    return nullcontext() if database is None else database.wrap_database_errors


def _row_count(types: Mapping[str, str], arrays: Mapping[str, NDArray[Any]]) -> int:
    rows = -1
    for name, kind in types.items():
        array = arrays[name]
        if array.ndim == _dimensions(kind) - 1:
            continue
        if array.ndim != _dimensions(kind):
            msg = f"column {name} has {array.ndim} dimensions, which does not suit {kind}"
            raise ValueError(msg)
        if rows not in (-1, array.shape[0]):
            msg = f"column {name} has {array.shape[0]} rows where others have {rows}"
            raise ValueError(msg)
        rows = array.shape[0]
    if rows < 0:
        msg = "at least one column must be an array"
        raise ValueError(msg)
    return rows


def _dimensions(kind: str) -> int:
    return 2 if kind in {"uuid", "bytea"} else 1


def _check_fits(name: str, kind: str, array: NDArray[Any]) -> None:
    width, target = _FIXED[kind]
    if _dimensions(kind) == 2:
        if array.dtype != np.uint8 or array.shape[-1] != width:
            msg = f"column {name} must be uint8[..., {width}] for {kind}"
            raise ValueError(msg)
        return
    goal = np.dtype(target)
    if np.can_cast(array.dtype, goal, "safe") or not array.size:
        return
    if goal.kind == "f" and array.dtype.kind in "fiu":
        return
    if goal.kind != "i" or array.dtype.kind not in "iu":
        msg = f"column {name} is {array.dtype}, which {kind} cannot hold"
        raise ValueError(msg)
    info = np.iinfo(goal)
    if int(array.min()) < info.min or int(array.max()) > info.max:
        msg = f"column {name} has values outside {kind}"
        raise ValueError(msg)


def _layout(types: Mapping[str, str]) -> np.dtype[np.void]:
    fields: list[Any] = [("fields", ">i2")]
    for name, kind in types.items():
        width, target = _FIXED[kind]
        fields.append((f"length of {name}", ">i4"))
        fields.append((name, target, (width,)) if _dimensions(kind) == 2 else (name, target))
    return np.dtype(fields)


def _pack(
    types: Mapping[str, str],
    arrays: Mapping[str, NDArray[Any]],
    masks: Mapping[str, NDArray[np.bool_]],
    layout: np.dtype[np.void],
    part: slice,
) -> bytes:
    out = np.empty(part.stop - part.start, layout)
    out["fields"] = len(types)
    for name, kind in types.items():
        out[f"length of {name}"] = _FIXED[kind][0]
        array = arrays[name]
        out[name] = array[part] if array.ndim == _dimensions(kind) else array
    if not masks:
        return out.tobytes()
    return _without_nulls(out, types, masks, part)


def _without_nulls(
    out: NDArray[np.void], types: Mapping[str, str], masks: Mapping[str, NDArray[np.bool_]], part: slice
) -> bytes:
    # A NULL has a length and no value, so the bytes of its value are left out of the flat row.
    kept = np.ones((out.shape[0], out.dtype.itemsize), np.bool_)
    for name in types:
        mask = masks.get(name)
        if mask is None:
            continue
        here = mask[part]
        out[f"length of {name}"][here] = -1
        fields = out.dtype.fields
        assert fields is not None  # noqa: S101 - a structured type always has fields
        kind, offset = fields[name][:2]
        kept[here, offset : offset + kind.itemsize] = False
    return out.view(np.uint8).reshape(out.shape[0], -1)[kept].tobytes()
