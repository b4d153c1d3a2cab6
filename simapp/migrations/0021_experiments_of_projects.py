"""Experiments belong to projects, as runs and scenarios do; those made before go where their base scenario is."""

import django.db.models.deletion
from django.db import migrations, models

HOME = """
    UPDATE simapp_experiment e SET project_id = s.project_id
    FROM simapp_scenarioversion v JOIN simapp_scenario s ON s.id = v.scenario_id
    WHERE v.id = e.version_id AND e.project_id IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("simapp", "0020_users_and_explanations")]
    operations = [
        migrations.AddField(
            "experiment",
            "project",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="experiments",
                to="simapp.project",
            ),
        ),
        migrations.AddIndex(
            "experiment", models.Index(fields=["project", "-id"], name="experiment_project_newest")
        ),
        migrations.RunSQL(HOME, reverse_sql=migrations.RunSQL.noop),
    ]
