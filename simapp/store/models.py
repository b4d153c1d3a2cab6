"""What is written once per scenario, run or export. Rows written by the million are in rows.py."""

from __future__ import annotations

import unicodedata
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import JSONField


def plain_title(title: str, most: int = 60) -> str:
    """Return a title as lists show it: without control and direction characters, cut at `most` characters."""
    shown = "".join(c for c in title if unicodedata.category(c) not in {"Cc", "Cf"})
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + "…"


class Upload(models.Model):
    """A file that a member handed in, held by its content: the same bytes are stored once."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    format = models.CharField(max_length=40)
    bytes = models.BinaryField()
    size = models.PositiveBigIntegerField()
    created = models.DateTimeField(auto_now_add=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="uploads")

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return self.name


class Scenario(models.Model):
    """A named line of scenario versions; `owner` is empty for what comes with the project."""

    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="scenarios"
    )
    project = models.ForeignKey("simapp.Project", models.PROTECT, null=True, blank=True, related_name="scenarios")
    gallery = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    archived = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-created"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["slug"], condition=Q(gallery=True), name="one_gallery_entry_per_slug"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ScenarioVersion(models.Model):
    """One validated document of a scenario; never changed once a run used it."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = JSONField()
    document_sha256 = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["scenario", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scenario", "number"], name="one_version_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.scenario} · version {self.number}"


class Run(models.Model):
    """One execution of one scenario version with one seed.

    step is the last committed step, -1 before the founding. token grows with every owner and fences
    commits; owner_name and lease_until say who owns the run and until when. wanted is what members
    ask for, status what is. waiting is one sentence: what the run waits for. heartbeat holds what
    its owner does now. parent and fork_step: whose past it shares, up to which step.
    digest and impressions_digest are 32 bytes, of the last committed step.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        PAUSED = "paused"
        FINISHED = "finished"
        STOPPED = "stopped"
        FAILED = "failed"

    class Wanted(models.TextChoices):
        RUN = "run"
        PAUSE = "pause"
        STOP = "stop"

    class Answers(models.TextChoices):
        MODELS = "models"
        CACHE = "cache"

    scenario_version = models.ForeignKey(ScenarioVersion, models.PROTECT, related_name="runs")
    seed = models.BigIntegerField()
    title = models.CharField(max_length=200, blank=True)
    tags = JSONField(default=list, blank=True, help_text="words that members put on it, sorted")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="runs"
    )
    project = models.ForeignKey("simapp.Project", models.PROTECT, null=True, blank=True, related_name="runs")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    waiting = models.CharField(max_length=300, blank=True)
    wanted = models.CharField(max_length=10, choices=Wanted.choices, default=Wanted.RUN)
    answers = models.CharField(
        max_length=10, choices=Answers.choices, default=Answers.MODELS,
        help_text="who answers for models: they themselves, or the reply cache alone",
    )  # fmt: skip
    replies_from = models.ForeignKey(
        "simapp.ReplyFile", models.PROTECT, null=True, blank=True, related_name="runs",
        help_text="the imported file that answers; empty: what models answered here",
    )  # fmt: skip
    prices = JSONField(default=dict, blank=True, help_text="of its models when it was created, by tier/name")
    pause_at = models.IntegerField(null=True, blank=True, help_text="the step after which the run pauses")
    pace = models.FloatField(null=True, blank=True, help_text="at most this many steps per second")
    step = models.IntegerField(default=-1)
    steps = models.PositiveIntegerField()
    users = models.PositiveIntegerField(default=0)
    events = models.PositiveBigIntegerField(default=0)
    token = models.BigIntegerField(default=0)
    owner_name = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat = JSONField(default=dict, blank=True)
    digest = models.BinaryField(null=True, blank=True)
    impressions_digest = models.BinaryField(null=True, blank=True)
    fingerprint = JSONField(default=dict, blank=True, help_text="platform, versions and encoder")
    keep = JSONField(default=dict, blank=True, help_text="how long files are kept, where not as by default")
    snapshot_every = models.PositiveIntegerField(default=10)
    error = models.TextField(blank=True)
    hidden = models.BooleanField(default=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="forks")
    fork_step = models.IntegerField(null=True, blank=True)
    feed_chosen = models.BooleanField(
        default=False, help_text="the fork's own feed is in force, whatever feed was switched to before it"
    )
    rows_under = models.BigIntegerField(
        null=True, blank=True, help_text="the number under which a rewound run's rows and files lie"
    )
    tail_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="tails",
        help_text="the run of which this one keeps what a rewind took off",
    )  # fmt: skip
    rewinds = models.PositiveIntegerField(default=0)
    deleted = models.DateTimeField(
        null=True, blank=True, help_text="since when the run is kept for its forks only, or waits to be dropped"
    )
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["status", "lease_until"], name="run_status_lease"),
            models.Index(fields=["owner", "-id"], name="run_owner_newest"),
            models.Index(fields=["project", "-id"], name="run_project_newest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(step__gte=-1), name="run_step_from_minus_one"),
            models.CheckConstraint(condition=Q(step__lte=F("steps")), name="run_step_within_steps"),
            models.CheckConstraint(condition=Q(seed__gte=0), name="run_seed_not_negative"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, fork_step__isnull=True)
                | Q(parent__isnull=False, fork_step__gte=0),
                name="run_fork_has_a_step",
            ),
        ]

    def __str__(self) -> str:
        return f"{plain_title(self.title) or 'run'} #{self.pk}"

    @property
    def rows(self) -> int:
        """The `run_id` of the run's own rows and the name of its folder: its number, unless it was rewound."""
        return int(self.rows_under if self.rows_under is not None else self.pk)

    @property
    def digest_hex(self) -> str:
        """The event digest as 64 hex digits, empty before the founding."""
        return bytes(self.digest).hex() if self.digest else ""


class Export(models.Model):
    """One request to take a run's data out; `path` is the finished folder, progress goes from 0 to 1."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        PARQUET = "parquet", "Parquet"
        JSONL = "jsonl", "JSON Lines"
        OASIS = "oasis", "OASIS SQLite"

    run = models.ForeignKey(Run, models.CASCADE, related_name="exports")
    format = models.CharField(max_length=10, choices=Format.choices)
    legacy_reposts = models.BooleanField(
        default=False, help_text="oasis only: a repost's text spells out who shared it from whom"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    progress = models.FloatField(default=0.0)
    doing = models.CharField(max_length=200, blank=True)
    path = models.CharField(max_length=500, blank=True)
    manifest = JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="exports"
    )
    created = models.DateTimeField(auto_now_add=True)
    touched = models.DateTimeField(null=True, blank=True, help_text="when its worker last reported")
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return f"{self.get_format_display()} of run {self.run_id}"


class Probe(models.Model):
    """A question to users of a run, asked on a clone of its world after `step`; the answers are RunProbe rows.

    users: ids in the order in which they were named. touched is when its worker last reported.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    run = models.ForeignKey(Run, models.CASCADE, related_name="probes")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="probes"
    )
    kind = models.CharField(max_length=20, default="interview")
    step = models.IntegerField()
    users = JSONField()
    prompt = models.TextField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    doing = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    touched = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} of run {self.run_id}"


class Audit(models.Model):
    """Who did what, and to which run; rows are added and never changed."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    action = models.CharField(max_length=60)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="audit")
    detail = JSONField(default=dict, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created", "-id"]
        verbose_name_plural = "audit"

    def __str__(self) -> str:
        return f"{self.action} · run {self.run_id}" if self.run_id else self.action
