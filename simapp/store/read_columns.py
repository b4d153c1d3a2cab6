"""Binary COPY read into arrays: a query's rows become columns without a Python loop over rows.

The counterpart of copy.py (see there for the format). Every row has the same width, so the stream is one packed
structured array; a NULL would change that, and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.store.copy import SIGNATURE, TRAILER

_TYPES = {
    "bool": "?", "int2": ">i2", "int4": ">i4", "int8": ">i8", "float4": ">f4", "float8": ">f8",
}  # fmt: skip


def read_columns(cursor: Any, query: str, types: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    """Return the columns of `SELECT` query, in native byte order, by the names in `types` (its columns in order).

    types: name -> bool, int2, int4, int8, float4 or float8. Raises ValueError where a value is NULL.
    """
    fields: list[Any] = [("fields", ">i2")]
    for name, kind in types.items():
        fields += [(f"length of {name}", ">i4"), (name, _TYPES[kind])]
    layout = np.dtype(fields)
    with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        data = b"".join(bytes(piece) for piece in copy)
    body = data[len(SIGNATURE) : len(data) - len(TRAILER)]
    if len(body) % layout.itemsize:
        msg = f"the rows of {query!r} are not all of one width"
        raise ValueError(msg)
    rows = np.frombuffer(body, layout)
    for name in types:
        if (rows[f"length of {name}"] != layout[name].itemsize).any():
            msg = f"{name} has no value in some rows of {query!r}"
            raise ValueError(msg)
    return {name: rows[name].astype(layout[name].newbyteorder("=")) for name in types}
