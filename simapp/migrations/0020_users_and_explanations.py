"""Find users by the beginning of their handle; keep what was found about why a feed was shown."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("simapp", "0019_members")]
    operations = [
        # The first letters in the order of their bytes: for a beginning, for a page, and never too long for an index.
        migrations.RunSQL(
            'CREATE INDEX run_user_handle ON run_user (run_id, (left(lower(handle), 40)) COLLATE "C", user_id)',
            reverse_sql="DROP INDEX run_user_handle",
        ),
        migrations.CreateModel(
            name="FeedExplanation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rows", models.BigIntegerField()),
                ("step", models.IntegerField()),
                ("user_id", models.IntegerField()),
                ("wide", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("doing", models.CharField(blank=True, max_length=200)),
                ("error", models.TextField(blank=True)),
                ("told", models.JSONField(blank=True, default=dict)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("touched", models.DateTimeField(blank=True, null=True)),
                ("ended", models.DateTimeField(blank=True, null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="explanations",
                        to="simapp.run",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("rows", "step", "user_id"), name="one_explanation_per_feed")
                ],
            },
        ),
    ]
