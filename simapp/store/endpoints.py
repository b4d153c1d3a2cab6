"""Endpoints of language models as members set them up. A key is sealed or in the environment, and never shown."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import JSONField

from simapp.store.sealing import seal, unseal


class Endpoint(models.Model):
    """One model behind one server, with its limits and prices (agents/inference/endpoint/settings.py has the ranges).

    key_sealed belongs to the address: at another one it cannot be opened, so that nobody who may change the row can
    have the key sent elsewhere. key_variable names an environment variable that holds the key instead. features is
    what the last test found, test how it stands, asked when it was asked for, tested when it ended; version counts
    changes, so that what a test found about settings of before is not kept.
    """

    class Test(models.TextChoices):
        NONE = "", "not tested"
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="endpoints"
    )
    project = models.ForeignKey("simapp.Project", models.PROTECT, null=True, blank=True, related_name="endpoints")
    name = models.CharField(max_length=80)
    base_url = models.CharField(max_length=500)
    model = models.CharField(max_length=200)
    weight = models.FloatField(default=1.0)
    concurrency = models.PositiveIntegerField(default=8)
    requests_per_minute = models.PositiveIntegerField(default=0)
    tokens_per_minute = models.PositiveIntegerField(default=0)
    timeout = models.FloatField(default=60.0)
    price_in = models.FloatField(default=0.0)
    price_out = models.FloatField(default=0.0)
    price_cached = models.FloatField(null=True, blank=True)
    key_sealed = models.BinaryField(null=True, blank=True)
    key_variable = models.CharField(max_length=80, blank=True)
    features = JSONField(default=dict, blank=True)
    test = models.CharField(max_length=10, choices=Test.choices, default=Test.NONE, blank=True)
    asked = models.DateTimeField(null=True, blank=True)
    tested = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        permissions: ClassVar = [("manage_endpoints", "Can set up endpoints of language models")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="endpoint_name_once_per_owner"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(owner__isnull=True), name="endpoint_name_once_without_owner"
            ),
            models.UniqueConstraint(fields=["project", "name"], name="endpoint_name_once_per_project"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Scheme, host and port of the address: what a stored key belongs to."""
        return place_of(self.base_url)

    @property
    def has_stored_key(self) -> bool:
        """Whether a key is stored here."""
        return bool(self.key_sealed)

    def store_key(self, key: str) -> None:
        """Seal a key for this address."""
        self.key_sealed = seal(key, self.place)

    def stored_key(self) -> str:
        """Return the stored key, "" where there is none; raises SealBroken."""
        return unseal(bytes(self.key_sealed), self.place) if self.key_sealed else ""


def place_of(base_url: str) -> str:
    """Return scheme, host and port of an address in one spelling."""
    parts = urlsplit(base_url)
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"
