"""Make the bulk tables: insert-only, partitioned by run, with one shared partition for small runs."""

from django.db import migrations

TABLES = {
    "run_user": """
        run_id bigint NOT NULL, user_id integer NOT NULL, community integer NOT NULL, level real NOT NULL,
        voice real NOT NULL, age smallint NOT NULL, gender smallint NOT NULL, handle text NOT NULL,
        name text NOT NULL, bio text NOT NULL, persona text NOT NULL, country text NOT NULL, mbti text NOT NULL,
        PRIMARY KEY (run_id, user_id)""",
    "run_text": """
        run_id bigint NOT NULL, hash bigint NOT NULL, text_id integer NOT NULL, step integer NOT NULL,
        text text NOT NULL, PRIMARY KEY (run_id, text_id)""",
    "run_follow": """
        run_id bigint NOT NULL, step integer NOT NULL, follower integer NOT NULL, followee integer NOT NULL,
        on_ smallint NOT NULL""",
    "run_post": """
        run_id bigint NOT NULL, key bigint NOT NULL, root bigint NOT NULL, parent bigint NOT NULL,
        step integer NOT NULL, author integer NOT NULL, text_id integer NOT NULL, stance real NOT NULL,
        opinion real NOT NULL, appeal real NOT NULL, topic smallint NOT NULL, kind smallint NOT NULL,
        arm smallint NOT NULL, PRIMARY KEY (run_id, step, key)""",
    "run_event": """
        run_id bigint NOT NULL, post bigint NOT NULL, target bigint NOT NULL, step integer NOT NULL,
        seq integer NOT NULL, actor integer NOT NULL, n integer NOT NULL, user_id integer NOT NULL,
        text_id integer NOT NULL, code smallint NOT NULL, outcome smallint NOT NULL,
        PRIMARY KEY (run_id, step, seq)""",
    "run_metric": """
        run_id bigint NOT NULL, step integer NOT NULL, name text NOT NULL, value double precision,
        null_value double precision, PRIMARY KEY (run_id, step, name)""",
    "run_step": """
        run_id bigint NOT NULL, step integer NOT NULL, digest bytea NOT NULL, impressions_digest bytea NOT NULL,
        counts jsonb NOT NULL, stages jsonb NOT NULL, histogram integer[] NOT NULL,
        committed timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (run_id, step)""",
    "run_input": """
        run_id bigint NOT NULL, step integer NOT NULL, seq integer NOT NULL, kind text NOT NULL,
        payload jsonb NOT NULL, member_id bigint, created timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (run_id, step, seq)""",
    "run_file": """
        run_id bigint NOT NULL, step integer NOT NULL, kind text NOT NULL, name text NOT NULL, hash text NOT NULL,
        bytes bigint NOT NULL, rows bigint NOT NULL, good boolean NOT NULL DEFAULT true,
        PRIMARY KEY (run_id, kind, step)""",
}

# A post's counters and a cascade's posts are looked up by key. Keys name the author first, so these two indexes do
# not grow at their right end, which makes them dear: only votes (codes 3 to 6) that counted are in the first.
INDEXES = {
    "run_metric": ["CREATE INDEX run_metric_name ON run_metric (run_id, name, step)"],
    "run_follow": ["CREATE INDEX run_follow_step ON run_follow (run_id, step)"],
    "run_post": ["CREATE INDEX run_post_root ON run_post (run_id, root) WHERE kind <> 0"],
    "run_event": [
        "CREATE INDEX run_event_votes ON run_event (run_id, post) WHERE outcome = 0 AND code IN (3, 4, 5, 6)"
    ],
}


def statements():
    for table, columns in TABLES.items():
        yield (
            f"CREATE TABLE {table} ({columns}) PARTITION BY LIST (run_id);"
            f"CREATE TABLE {table}_shared PARTITION OF {table} DEFAULT;" + ";".join(INDEXES.get(table, [])),
            f"DROP TABLE {table}",
        )


class Migration(migrations.Migration):
    dependencies = [("simapp", "0001_initial")]
    operations = [migrations.RunSQL(forward, reverse_sql=backward) for forward, backward in statements()]
