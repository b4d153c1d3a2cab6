"""Let events name a group or product and say how many.

The new columns stand at the end, where ALTER TABLE puts them without writing a row again; two bytes of a row are
padding.
"""

from django.db import migrations

COLUMNS = "ADD COLUMN item integer NOT NULL DEFAULT -1, ADD COLUMN amount smallint NOT NULL DEFAULT 0"


class Migration(migrations.Migration):
    dependencies = [("simapp", "0003_export_touched")]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE run_event {COLUMNS}",
            reverse_sql="ALTER TABLE run_event DROP COLUMN item, DROP COLUMN amount",
        )
    ]
