"""Experiments: a question, its arms (settings of one scenario), and for each arm and replicate a run."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import JSONField

from simapp.store.models import plain_title


class Experiment(models.Model):
    """Arms times replicates of one scenario version; replicate r of every arm has the seed first_seed + r - 1.

    steps: length of every run. metrics: names of the headline metrics, the first one the most important. reading:
    what of a run's series counts, its value at the last step or its mean over all steps.
    """

    class Reading(models.TextChoices):
        LAST = "last", "value at the last step"
        MEAN = "mean", "mean over all steps"

    title = models.CharField(max_length=200)
    question = models.CharField(max_length=300, blank=True)
    version = models.ForeignKey("simapp.ScenarioVersion", models.PROTECT, related_name="experiments")
    replicates = models.PositiveIntegerField()
    first_seed = models.BigIntegerField()
    steps = models.PositiveIntegerField()
    metrics = JSONField()
    reading = models.CharField(max_length=10, choices=Reading.choices, default=Reading.LAST)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="experiments"
    )
    project = models.ForeignKey("simapp.Project", models.PROTECT, null=True, blank=True, related_name="experiments")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-id"], name="experiment_owner_newest"),
            models.Index(fields=["project", "-id"], name="experiment_project_newest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(first_seed__gte=0), name="experiment_seed_not_negative"),
            models.CheckConstraint(condition=Q(replicates__gte=1), name="experiment_has_replicates"),
        ]

    def __str__(self) -> str:
        return f"{plain_title(self.title) or 'experiment'} #{self.pk}"


class Arm(models.Model):
    """One setting of an experiment: the base scenario with `changes` (path=value each). Number 0 is the control."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="arms")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    changes = JSONField(default=list, blank=True)
    version = models.ForeignKey("simapp.ScenarioVersion", models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["experiment", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "number"], name="one_arm_per_number"),
            models.UniqueConstraint(fields=["experiment", "name"], name="one_arm_per_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Cell(models.Model):
    """The run of an arm and a replicate (from 1). A failed one gets a run with the next attempt; the old one stays.

    run is empty where it was deleted.
    """

    arm = models.ForeignKey(Arm, models.CASCADE, related_name="cells")
    replicate = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField(default=1)
    run = models.OneToOneField("simapp.Run", models.SET_NULL, null=True, blank=True, related_name="cell")

    class Meta:
        ordering: ClassVar = ["arm", "replicate", "attempt"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["arm", "replicate", "attempt"], name="one_cell_per_attempt"),
        ]

    def __str__(self) -> str:
        return f"{self.arm} · replicate {self.replicate}"
