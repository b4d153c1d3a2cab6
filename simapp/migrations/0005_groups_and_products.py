"""Let events name a group or product and say how many; keep interviews and their answers.

The new columns of run_event stand at the end, where ALTER TABLE puts them without writing a row again; two bytes of a
row are padding.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ITEM = "ADD COLUMN item integer NOT NULL DEFAULT -1, ADD COLUMN amount smallint NOT NULL DEFAULT 0"

PROBES = """
    CREATE TABLE run_probe (
        run_id bigint NOT NULL, probe_id bigint NOT NULL, member_id bigint,
        created timestamptz NOT NULL DEFAULT now(), step integer NOT NULL, seq integer NOT NULL,
        user_id integer NOT NULL, tier smallint NOT NULL, kind text NOT NULL, prompt text NOT NULL,
        response text NOT NULL, PRIMARY KEY (run_id, probe_id, seq)
    ) PARTITION BY LIST (run_id);
    CREATE TABLE run_probe_shared PARTITION OF run_probe DEFAULT
"""


class Migration(migrations.Migration):

    dependencies = [
        ('simapp', '0003_export_touched'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE run_event {ITEM}",
            reverse_sql="ALTER TABLE run_event DROP COLUMN item, DROP COLUMN amount",
        ),
        migrations.RunSQL(PROBES, reverse_sql="DROP TABLE run_probe"),
        migrations.CreateModel(
            name='RunProbe',
            fields=[
                ('pk', models.CompositePrimaryKey('run_id', 'probe_id', 'seq', blank=True, editable=False, primary_key=True, serialize=False)),
                ('run_id', models.BigIntegerField()),
                ('probe_id', models.BigIntegerField()),
                ('member_id', models.BigIntegerField(null=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('step', models.IntegerField()),
                ('seq', models.IntegerField()),
                ('user_id', models.IntegerField()),
                ('tier', models.SmallIntegerField()),
                ('kind', models.TextField()),
                ('prompt', models.TextField()),
                ('response', models.TextField()),
            ],
            options={
                'db_table': 'run_probe',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Probe',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(default='interview', max_length=20)),
                ('step', models.IntegerField()),
                ('users', models.JSONField()),
                ('prompt', models.TextField()),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('doing', models.CharField(blank=True, max_length=200)),
                ('error', models.TextField(blank=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('touched', models.DateTimeField(blank=True, null=True)),
                ('ended', models.DateTimeField(blank=True, null=True)),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='probes', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='probes', to='simapp.run')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
    ]
