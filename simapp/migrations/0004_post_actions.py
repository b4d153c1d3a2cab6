"""Let what was done to posts be read by key where comments have votes, and posts have reports and moderation; and let
an OASIS export ask for legacy repost text.

Large runs count votes and reports by tallies. What moderation did is read from its events everywhere: they are few, so
that an index of them alone costs next to nothing.
"""

from django.db import migrations, models

VOTES = "(3, 4, 5, 6)"
COUNTED = "(3, 4, 5, 6, 14, 15, 16, 17, 22)"  # votes on posts and on comments, and reports
MODERATION = "(23, 24, 25, 26, 29, 30)"


def votes_over(codes):
    return f"""
        DO $$
        DECLARE part text;
        BEGIN
            FOR part IN SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'run_event'::regclass LOOP
                IF to_regclass(part || '_votes') IS NOT NULL THEN
                    EXECUTE format('DROP INDEX %I', part || '_votes');
                    EXECUTE format('CREATE INDEX %I ON %s (run_id, post) WHERE outcome = 0 AND code IN {codes}',
                                   part || '_votes', part);
                END IF;
            END LOOP;
        END $$;
    """


class Migration(migrations.Migration):
    dependencies = [("simapp", "0008_large_event_partitions")]
    operations = [
        migrations.RunSQL(votes_over(COUNTED), reverse_sql=votes_over(VOTES)),
        migrations.RunSQL(
            "CREATE INDEX run_event_moderation ON run_event (run_id, post) "
            f"WHERE outcome = 0 AND code IN {MODERATION}",
            reverse_sql="DROP INDEX run_event_moderation",
        ),
        migrations.AddField(
            model_name="export",
            name="legacy_reposts",
            field=models.BooleanField(
                default=False, help_text="oasis only: a repost's text spells out who shared it from whom"
            ),
        ),
    ]
