"""Cohorts (named sets of a run's users) and drawings of its network: derived from a run, no part of it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Cohort(models.Model):
    """A named set of users of a run, chosen by a member while step `step` was looked at.

    packed: ascending user numbers, differences between them as little-endian int32, deflated. source says how they
    were chosen, in words.
    """

    run = models.ForeignKey("simapp.Run", models.CASCADE, related_name="cohorts")
    name = models.CharField(max_length=80)
    packed = models.BinaryField()
    size = models.PositiveIntegerField()
    source = models.CharField(max_length=200)
    step = models.IntegerField()
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="cohorts"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "name"], name="one_cohort_per_name"),
        ]

    def __str__(self) -> str:
        return f"cohort {self.pk} of run {self.run_id}"

    @property
    def users(self) -> NDArray[np.int32]:
        """User numbers int32[size], ascending."""
        return np.cumsum(np.frombuffer(zlib.decompress(bytes(self.packed)), "<i4"), dtype=np.int32)


def packed(users: NDArray[np.int32]) -> bytes:
    """Return ascending user numbers int32[n] as `Cohort.packed` holds them."""
    return zlib.compress(np.diff(users, prepend=np.int32(0)).astype("<i4").tobytes(), 6)


def among(users: NDArray[Any], cohort: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which of the users int[k] are in a cohort int32[n] (ascending), bool[k]."""
    if not cohort.shape[0]:
        return np.zeros(users.shape[0], np.bool_)
    at = np.minimum(np.searchsorted(cohort, users), cohort.shape[0] - 1)
    return np.asarray(cohort[at] == users)


class NetworkLayout(models.Model):
    """Where the users of a run's network are drawn, computed once on the follow graph after `step` and then frozen.

    rows: the number under which the step lies (`Run.rows` of the run that made it), so a fork finds the layout of the
    past it shares. Who claims it raises `claim`, and every report names it: a worker that was taken over changes
    nothing any more. name, hash: the file below the run's folder. facts: what is drawn and how it came about.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    rows = models.BigIntegerField()
    run = models.ForeignKey("simapp.Run", models.CASCADE, related_name="+", help_text="for which it was asked first")
    step = models.IntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    claim = models.PositiveIntegerField(default=0)
    progress = models.FloatField(default=0.0)
    doing = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    name = models.CharField(max_length=200, blank=True)
    hash = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    touched = models.DateTimeField(null=True, blank=True, help_text="when its worker last reported")
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rows", "step"], name="one_layout_per_step"),
        ]

    def __str__(self) -> str:
        return f"layout of step {self.step} under {self.rows}"
