"""What models are expected to cost, asked beforehand; and how far groups are from their members."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class ModelForecast(models.Model):
    """A forecast of what the models of a scenario's version will take, made by a worker from a few real questions.

    found: what was found, as simapp/runs/model_forecasts.py makes it. touched is when its worker last reported.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    version = models.ForeignKey("simapp.ScenarioVersion", models.CASCADE, related_name="model_forecasts")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    doing = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    found = models.JSONField(default=dict, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    touched = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"forecast {self.pk} of version {self.version_id}"

    @property
    def owner(self) -> object:
        """Whose endpoints are asked, as of a run."""
        return self.member

    @property
    def project_id(self) -> int | None:
        """In which project endpoints are looked for, as of a run."""
        return self.version.scenario.project_id


class FidelityGap(models.Model):
    """How far what groups of a run drew was from what the same members decided one by one, up to `step`.

    gaps: agents.archetypes.fidelity.Gap of all groups together, then of each group.
    """

    run = models.ForeignKey("simapp.Run", models.CASCADE, related_name="fidelity_gaps")
    step = models.IntegerField()
    gaps = models.JSONField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "step"], name="one_gap_per_step"),
        ]

    def __str__(self) -> str:
        return f"gap of run {self.run_id} at step {self.step}"
