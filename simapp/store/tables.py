"""The bulk tables as COPY sees them: column names and fixed PostgreSQL types, in the table's order.

The order puts wide columns first, so that PostgreSQL pads next to nothing (columns of later migrations stand at the
end). A test compares this with the migrated database.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BulkTable:
    """A table and its columns: name -> PostgreSQL type such as int4 or text."""

    name: str
    columns: dict[str, str]


USERS = BulkTable(
    "run_user",
    {
        "run_id": "int8",
        "user_id": "int4",
        "community": "int4",
        "level": "float4",
        "voice": "float4",
        "age": "int2",
        "gender": "int2",
        "handle": "text",
        "name": "text",
        "bio": "text",
        "persona": "text",
        "country": "text",
        "mbti": "text",
    },
)
TEXTS = BulkTable(
    "run_text", {"run_id": "int8", "hash": "int8", "text_id": "int4", "step": "int4", "text": "text"}
)
FOLLOWS = BulkTable(
    "run_follow", {"run_id": "int8", "step": "int4", "follower": "int4", "followee": "int4", "on_": "int2"}
)
POSTS = BulkTable(
    "run_post",
    {
        "run_id": "int8",
        "key": "int8",
        "root": "int8",
        "parent": "int8",
        "step": "int4",
        "author": "int4",
        "text_id": "int4",
        "stance": "float4",
        "opinion": "float4",
        "appeal": "float4",
        "topic": "int2",
        "kind": "int2",
        "arm": "int2",
    },
)
EVENTS = BulkTable(
    "run_event",
    {
        "run_id": "int8",
        "post": "int8",
        "target": "int8",
        "step": "int4",
        "seq": "int4",
        "actor": "int4",
        "n": "int4",
        "user_id": "int4",
        "text_id": "int4",
        "code": "int2",
        "outcome": "int2",
        "item": "int4",
        "amount": "int2",
    },
)
METRICS = BulkTable(
    "run_metric",
    {"run_id": "int8", "step": "int4", "name": "text", "value": "float8", "null_value": "float8"},
)
STEPS = BulkTable(
    "run_step",
    {
        "run_id": "int8",
        "step": "int4",
        "digest": "bytea",
        "impressions_digest": "bytea",
        "counts": "jsonb",
        "stages": "jsonb",
        "histogram": "int4[]",
        "committed": "timestamptz",
    },
)
INPUTS = BulkTable(
    "run_input",
    {
        "run_id": "int8",
        "step": "int4",
        "seq": "int4",
        "kind": "text",
        "payload": "jsonb",
        "member_id": "int8",
        "created": "timestamptz",
    },
)
FILES = BulkTable(
    "run_file",
    {
        "run_id": "int8",
        "step": "int4",
        "kind": "text",
        "name": "text",
        "hash": "text",
        "bytes": "int8",
        "rows": "int8",
        "good": "bool",
        "kept": "bool",
    },
)

PROBES = BulkTable(
    "run_probe",
    {
        "run_id": "int8",
        "probe_id": "int8",
        "member_id": "int8",
        "created": "timestamptz",
        "step": "int4",
        "seq": "int4",
        "user_id": "int4",
        "tier": "int2",
        "kind": "text",
        "prompt": "text",
        "response": "text",
    },
)

TABLES: dict[str, BulkTable] = {
    table.name: table for table in (USERS, TEXTS, FOLLOWS, POSTS, EVENTS, METRICS, STEPS, INPUTS, FILES, PROBES)
}
