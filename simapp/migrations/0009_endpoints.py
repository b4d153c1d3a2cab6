"""Endpoints of language models: addresses, limits, prices, sealed keys, and what a test found."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("simapp", "0007_durability"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("base_url", models.CharField(max_length=500)),
                ("model", models.CharField(max_length=200)),
                ("weight", models.FloatField(default=1.0)),
                ("concurrency", models.PositiveIntegerField(default=8)),
                ("requests_per_minute", models.PositiveIntegerField(default=0)),
                ("tokens_per_minute", models.PositiveIntegerField(default=0)),
                ("timeout", models.FloatField(default=60.0)),
                ("price_in", models.FloatField(default=0.0)),
                ("price_out", models.FloatField(default=0.0)),
                ("price_cached", models.FloatField(blank=True, null=True)),
                ("key_sealed", models.BinaryField(blank=True, null=True)),
                ("key_variable", models.CharField(blank=True, max_length=80)),
                ("features", models.JSONField(blank=True, default=dict)),
                (
                    "test",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not tested"),
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("asked", models.DateTimeField(blank=True, null=True)),
                ("tested", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="endpoints",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
                "permissions": [("manage_endpoints", "Can set up endpoints of language models")],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "name"), name="endpoint_name_once_per_owner"),
                    models.UniqueConstraint(
                        condition=models.Q(("owner__isnull", True)),
                        fields=("name",),
                        name="endpoint_name_once_without_owner",
                    ),
                ],
            },
        ),
    ]
