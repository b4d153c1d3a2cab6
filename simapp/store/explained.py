"""Feeds that were explained: what a worker found when it made a step again to look at one user's feed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class FeedExplanation(models.Model):
    """Why a user was shown what was shown at a step; made when somebody asks, good for ever.

    rows: the number under which the step lies, so that runs that share a past share what was found; run: who asked.
    wide: whether the places under presets that learn are wanted too, for which the run is made again from its
    founding. told: what simapp/runs/explaining.py found. touched is when its worker last reported.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    run = models.ForeignKey("simapp.Run", models.CASCADE, related_name="explanations")
    rows = models.BigIntegerField()
    step = models.IntegerField()
    user_id = models.IntegerField()
    wide = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    doing = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    told = models.JSONField(default=dict, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    touched = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rows", "step", "user_id"], name="one_explanation_per_feed"),
        ]

    def __str__(self) -> str:
        return f"feed of user {self.user_id} at step {self.step} of run {self.run_id}"
