"""Rows that go in through COPY come out as they were."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from simapp.store.copy import CHUNK_ROWS, copy_columns, copy_rows, encode
from simapp.store.tables import TABLES

KINDS = {
    "bool": np.bool_,
    "int2": np.int16,
    "int4": np.int32,
    "int8": np.int64,
    "float4": np.float32,
    "float8": np.float64,
    "uuid": np.uint8,
    "bytea": np.uint8,
}
WIDTHS = {"uuid": 16, "bytea": 32}

pytestmark = pytest.mark.django_db


@st.composite
def tables(draw):
    """Random column types, random values, random NULLs."""
    rows = draw(st.integers(0, 12))
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6))
    types = {f"c{i}": kind for i, kind in enumerate(kinds)}
    columns, nulls = {}, {}
    for name, kind in types.items():
        shape = (rows, WIDTHS[kind]) if kind in WIDTHS else (rows,)
        columns[name] = draw(hnp.arrays(KINDS[kind], shape))
        if draw(st.booleans()):
            nulls[name] = draw(hnp.arrays(np.bool_, rows))
    return types, columns, nulls


def _python(kind, value):
    if kind == "uuid":
        return value.tobytes().hex()
    return value.tobytes() if kind == "bytea" else value.item()


def _same(kind, found, given_value):
    if found is None or given_value is None:
        return found is given_value
    if kind == "uuid":
        return found.hex == given_value
    if kind == "bytea":
        return bytes(found) == given_value
    if kind == "float4":  # the server prints the shortest decimals that name the same float32
        found, given_value = np.float32(found), np.float32(given_value)
    return found == given_value or (found != found and given_value != given_value)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
def test_any_columns_come_back_as_the_same_rows(table):
    types, columns, nulls = table
    listed = ", ".join(f"{name} {kind}" for name, kind in types.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE round_trip (row_ serial, {listed})")
        try:
            written = copy_columns(cursor, "round_trip", types, columns, nulls)
            cursor.execute(f"SELECT {', '.join(types)} FROM round_trip ORDER BY row_")
            found = cursor.fetchall()
        finally:
            cursor.execute("DROP TABLE round_trip")
    assert written == len(found) == next(iter(columns.values())).shape[0]
    for i, row in enumerate(found):
        for (name, kind), value in zip(types.items(), row, strict=True):
            missing = name in nulls and nulls[name][i]
            assert _same(kind, value, None if missing else _python(kind, columns[name][i]))


def test_one_value_stands_for_all_rows_and_chunks_keep_the_order():
    rows = CHUNK_ROWS + 3
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE long_one (run_id int8, seq int4) ON COMMIT DROP")
        types = {"run_id": "int8", "seq": "int4"}
        copy_columns(cursor, "long_one", types, {"run_id": 7, "seq": np.arange(rows, dtype=np.int32)})
        cursor.execute("SELECT count(*), min(run_id), max(run_id), sum(seq) FROM long_one")
        assert cursor.fetchone() == (rows, 7, 7, rows * (rows - 1) // 2)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("int2", np.array([70_000])),
        ("int4", np.array([2**31], np.uint32)),
        ("int4", np.array([1.5])),
        ("bytea", np.zeros((1, 31), np.uint8)),
    ],
)
def test_a_value_that_does_not_fit_is_refused_before_anything_is_sent(kind, values):
    with pytest.raises(ValueError, match="column c"):
        encode({"c": kind}, {"c": values})


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="column b has 2 rows where others have 3"):
        encode({"a": "int4", "b": "int4"}, {"a": np.zeros(3, np.int32), "b": np.zeros(2, np.int32)})


def test_text_rows_keep_every_character():
    hostile = ["", "\\N", "tab\tnew\nline", "„ü“ 漢字 🏠", "'; DROP TABLE x; --", 'a,b"c']
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE words (id int4, body text) ON COMMIT DROP")
        copy_rows(cursor, "words", {"id": "int4", "body": "text"}, enumerate(hostile))
        cursor.execute("SELECT body FROM words ORDER BY id")
        assert [row[0] for row in cursor.fetchall()] == hostile


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_the_declared_columns_are_those_of_the_database(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, udt_name FROM information_schema.columns WHERE table_name = %s "
            "ORDER BY ordinal_position",
            [table.name],
        )
        found = {name: f"{kind[1:]}[]" if kind[0] == "_" else kind for name, kind in cursor.fetchall()}
        assert found == table.columns
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = %s::regclass", [table.name])
        assert cursor.fetchone()[0] >= 1
