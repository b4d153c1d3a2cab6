"""Find a post's newest comments without reading them all: shares and comments get an index each.

One index on everything beneath a root had as many entries; under a post with ten thousand comments a page read them
all for the newest two.
"""

from django.db import migrations

APART = """
    DROP INDEX run_post_root;
    CREATE INDEX run_post_shares ON run_post (run_id, root) WHERE kind IN (1, 2);
    CREATE INDEX run_post_comments ON run_post (run_id, root, step, key) WHERE kind = 3;
"""

BACK = """
    DROP INDEX run_post_shares;
    DROP INDEX run_post_comments;
    CREATE INDEX run_post_root ON run_post (run_id, root) WHERE kind <> 0;
"""


class Migration(migrations.Migration):
    dependencies = [("simapp", "0012_model_forecasts")]
    operations = [migrations.RunSQL(APART, reverse_sql=BACK)]
