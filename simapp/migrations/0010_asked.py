"""Keep what models were asked and what they answered, and the cache of replies."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("simapp", "0009_endpoints"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="answers",
            field=models.CharField(
                choices=[("models", "Models"), ("cache", "Cache")],
                default="models",
                help_text="who answers for models: they themselves, or the reply cache alone",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="prices",
            field=models.JSONField(
                blank=True, default=dict, help_text="of its models when it was created, by tier/name"
            ),
        ),
        migrations.CreateModel(
            name="CachedReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.BinaryField(max_length=32)),
                ("revision", models.CharField(max_length=200)),
                ("model", models.CharField(max_length=900)),
                ("outcome", models.CharField(max_length=10)),
                ("text", models.TextField(blank=True)),
                ("first", models.TextField(blank=True)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("tokens_in", models.IntegerField(default=0)),
                ("tokens_out", models.IntegerField(default=0)),
                ("tokens_cached", models.IntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
                ("cost", models.FloatField(default=0)),
                ("tries", models.SmallIntegerField(default=1)),
                ("created", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key", "revision"), name="one_reply_per_question_and_model"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuestionBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.BigIntegerField()),
                ("step", models.IntegerField()),
                ("tier", models.CharField(max_length=10)),
                ("model", models.CharField(max_length=900)),
                (
                    "users",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
                ("asked", models.BinaryField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("taken", "Taken"),
                            ("answered", "Answered"),
                            ("closed", "Closed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("claim", models.IntegerField(default=0)),
                ("taken_by", models.CharField(blank=True, max_length=200)),
                ("taken_until", models.DateTimeField(null=True)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("late", models.IntegerField(default=0)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("answered", models.DateTimeField(null=True)),
                (
                    "asker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="simapp.run"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ModelReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.BigIntegerField()),
                ("step", models.IntegerField()),
                ("user_id", models.IntegerField()),
                ("tier", models.CharField(max_length=10)),
                ("model", models.CharField(max_length=900)),
                ("revision", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(blank=True, max_length=120)),
                ("outcome", models.CharField(max_length=10)),
                ("text", models.TextField(blank=True)),
                ("first", models.TextField(blank=True)),
                ("problem", models.CharField(blank=True, max_length=300)),
                (
                    "options",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("template", models.CharField(blank=True, max_length=16)),
                ("tokens_in", models.IntegerField(default=0)),
                ("tokens_out", models.IntegerField(default=0)),
                ("tokens_cached", models.IntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
                ("cost", models.FloatField(default=0)),
                ("tries", models.SmallIntegerField(default=1)),
                ("cached", models.BooleanField(default=False)),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="replies",
                        to="simapp.questionbatch",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="questionbatch",
            index=models.Index(fields=["run_id", "step"], name="batch_run_step"),
        ),
        migrations.AddIndex(
            model_name="questionbatch",
            index=models.Index(
                condition=models.Q(("status__in", ["waiting", "taken"])),
                fields=["taken_until"],
                name="batch_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelreply",
            constraint=models.UniqueConstraint(
                fields=("run_id", "step", "user_id"), name="one_reply_per_user_and_step"
            ),
        ),
    ]
