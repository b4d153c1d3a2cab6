"""What a run leaves in the database, for comparing it with another one."""

from __future__ import annotations

from typing import Any

from django.db import connection

from simapp.models import Run

# Everything that a run leaves, but for what is bound to a moment (seconds, snapshots with what lies beside them) or to
# the run's number.
LEFT = {
    "run_user": "user_id, community, level, voice, age, gender, handle, name, bio, persona, country, mbti",
    "run_text": "text_id, step, hash, text",
    "run_follow": "step, follower, followee, on_",
    "run_post": "key, root, parent, step, author, text_id, stance, opinion, appeal, topic, kind, arm",
    "run_event": "step, seq, actor, n, user_id, text_id, code, outcome, item, amount, post, target",
    "run_metric": "step, name, value, null_value",
    "run_step": "step, digest, impressions_digest, counts::text, histogram::text",
    "run_file": "step, kind, hash, rows",
}


def left_by(run: Run) -> dict[str, list[Any]]:
    """Every row of the run, in order, by table."""
    found = {}
    with connection.cursor() as cursor:
        for table, columns in LEFT.items():
            # A tally repeats the events of a large run, for readers.
            where = "AND kind NOT IN ('snapshot', 'audience', 'tallies')" if table == "run_file" else ""
            cursor.execute(f"SELECT {columns} FROM {table} WHERE run_id = %s {where}", [run.pk])
            found[table] = sorted(str(row) for row in cursor.fetchall())
    return found
