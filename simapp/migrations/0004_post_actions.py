"""Let the counters of posts be read by key where comments have votes, and posts have reports and moderation; and let an
OASIS export ask for legacy repost text."""

from django.db import migrations, models

# Votes on posts (3 to 6) and comments (14 to 17), reports (22) and what moderation does to posts (23 to 26, 29, 30).
COUNTED = (3, 4, 5, 6, 14, 15, 16, 17, 22, 23, 24, 25, 26, 29, 30)
VOTES = (3, 4, 5, 6)


def index(codes):
    return f"CREATE INDEX run_event_votes ON run_event (run_id, post) WHERE outcome = 0 AND code IN {codes}"


class Migration(migrations.Migration):
    dependencies = [("simapp", "0003_export_touched")]
    operations = [
        migrations.RunSQL(
            f"DROP INDEX run_event_votes; {index(COUNTED)}",
            reverse_sql=f"DROP INDEX run_event_votes; {index(VOTES)}",
        ),
        migrations.AddField(
            model_name="export",
            name="legacy_reposts",
            field=models.BooleanField(
                default=False, help_text="oasis only: a repost's text spells out who shared it from whom"
            ),
        ),
    ]
