"""Let a run be rewound: where its rows lie, and of which run an archived tail is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("simapp", "0004_post_actions")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE run_file ADD COLUMN kept boolean NOT NULL DEFAULT true",
            "ALTER TABLE run_file DROP COLUMN kept",
        ),
        migrations.AddField(
            model_name="run", name="keep", field=models.JSONField(
                blank=True, default=dict, help_text="how long files are kept, where not as by default"
            )
        ),
        migrations.AddField(
            model_name="run",
            name="feed_chosen",
            field=models.BooleanField(
                default=False,
                help_text="the fork's own feed is in force, whatever feed was switched to before it",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="rows_under",
            field=models.BigIntegerField(
                blank=True,
                help_text="the number under which a rewound run's rows and files lie",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="tail_of",
            field=models.ForeignKey(
                blank=True,
                help_text="the run of which this one keeps what a rewind took off",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="tails",
                to="simapp.run",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="deleted",
            field=models.DateTimeField(
                blank=True,
                help_text="since when the run is kept for its forks only, or waits to be dropped",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="run", name="rewinds", field=models.PositiveIntegerField(default=0)
        ),
    ]
