"""Rows written by the million, for reading only.

These tables are insert-only, partitioned by run, made by SQL in the migrations and filled by COPY
(writer.py). `run_id` is a plain number: a foreign key would be checked once per row. Absent posts,
users and texts are -1, as in the engine's arrays. A post is named by its key (`ids.post_key`).
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields.json import JSONField


class RunUser(models.Model):
    """A simulated account, written at the founding."""

    pk = models.CompositePrimaryKey("run_id", "user_id")
    run_id = models.BigIntegerField()
    user_id = models.IntegerField()
    handle = models.TextField()
    name = models.TextField()
    bio = models.TextField()
    persona = models.TextField()
    age = models.SmallIntegerField()
    gender = models.SmallIntegerField()
    country = models.TextField()
    mbti = models.TextField()
    community = models.IntegerField()
    level = models.FloatField()
    voice = models.FloatField()

    class Meta:
        managed = False
        db_table = "run_user"

    def __str__(self) -> str:
        return f"@{self.handle}"


class RunText(models.Model):
    """A distinct text of a run, with the step that first used it. hash: first 8 bytes of its BLAKE2b."""

    pk = models.CompositePrimaryKey("run_id", "text_id")
    run_id = models.BigIntegerField()
    text_id = models.IntegerField()
    step = models.IntegerField()
    hash = models.BigIntegerField()
    text = models.TextField()

    class Meta:
        managed = False
        db_table = "run_text"

    def __str__(self) -> str:
        return self.text[:80]


class RunFollow(models.Model):
    """A follow edge that appeared (on = 1) or disappeared (0): follower -> followee."""

    pk = models.CompositePrimaryKey("run_id", "step", "follower", "followee", "on")
    run_id = models.BigIntegerField()
    step = models.IntegerField()
    follower = models.IntegerField()
    followee = models.IntegerField()
    on = models.SmallIntegerField(db_column="on_")

    class Meta:
        managed = False
        db_table = "run_follow"

    def __str__(self) -> str:
        return f"{self.follower} -> {self.followee}"


class RunPost(models.Model):
    """A post, repost, quote or comment."""

    pk = models.CompositePrimaryKey("run_id", "step", "key")
    run_id = models.BigIntegerField()
    key = models.BigIntegerField()
    root = models.BigIntegerField()
    parent = models.BigIntegerField()
    step = models.IntegerField()
    author = models.IntegerField()
    text_id = models.IntegerField()
    stance = models.FloatField()
    opinion = models.FloatField()
    appeal = models.FloatField()
    topic = models.SmallIntegerField()
    kind = models.SmallIntegerField()
    arm = models.SmallIntegerField()

    class Meta:
        managed = False
        db_table = "run_post"

    def __str__(self) -> str:
        return f"post {self.key}"


class RunEvent(models.Model):
    """What changed, or was refused and why; seq is the place in the step's canonical order."""

    pk = models.CompositePrimaryKey("run_id", "step", "seq")
    run_id = models.BigIntegerField()
    post = models.BigIntegerField()
    target = models.BigIntegerField()
    step = models.IntegerField()
    seq = models.IntegerField()
    actor = models.IntegerField()
    n = models.IntegerField()
    user_id = models.IntegerField()
    text_id = models.IntegerField()
    code = models.SmallIntegerField()
    outcome = models.SmallIntegerField()
    item = models.IntegerField(default=-1)
    amount = models.SmallIntegerField(default=0)

    class Meta:
        managed = False
        db_table = "run_event"

    def __str__(self) -> str:
        return f"event {self.step}/{self.seq}"


class RunMetric(models.Model):
    """One value of one metric; empty means that it was not defined, never 0."""

    pk = models.CompositePrimaryKey("run_id", "name", "step")
    run_id = models.BigIntegerField()
    step = models.IntegerField()
    name = models.TextField()
    value = models.FloatField(null=True)
    null_value = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "run_metric"

    def __str__(self) -> str:
        return f"{self.name} at {self.step}"


class RunStep(models.Model):
    """One committed step; histogram[topic][bin] counts opinions in equal bins of [-1, 1]."""

    pk = models.CompositePrimaryKey("run_id", "step")
    run_id = models.BigIntegerField()
    step = models.IntegerField()
    digest = models.BinaryField()
    impressions_digest = models.BinaryField()
    counts = JSONField()
    stages = JSONField()
    histogram = ArrayField(ArrayField(models.IntegerField()))
    committed = models.DateTimeField(auto_now_add=True)

    class Meta:
        managed = False
        db_table = "run_step"

    def __str__(self) -> str:
        return f"step {self.step}"


class RunInput(models.Model):
    """What entered a run from outside its seed, with the step that it belongs to."""

    pk = models.CompositePrimaryKey("run_id", "step", "seq")
    run_id = models.BigIntegerField()
    step = models.IntegerField()
    seq = models.IntegerField()
    kind = models.TextField()
    payload = JSONField()
    member_id = models.BigIntegerField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        managed = False
        db_table = "run_input"

    def __str__(self) -> str:
        return f"{self.kind} at {self.step}"


class RunProbe(models.Model):
    """What one user answered to a probe of a clone of the world after `step`; no part of the run itself.

    probe_id names the request (Probe), seq the place within it; tier is an index into batches.TIERS.
    """

    pk = models.CompositePrimaryKey("run_id", "probe_id", "seq")
    run_id = models.BigIntegerField()
    probe_id = models.BigIntegerField()
    member_id = models.BigIntegerField(null=True)
    created = models.DateTimeField(auto_now_add=True)
    step = models.IntegerField()
    seq = models.IntegerField()
    user_id = models.IntegerField()
    tier = models.SmallIntegerField()
    kind = models.TextField()
    prompt = models.TextField()
    response = models.TextField()

    class Meta:
        managed = False
        db_table = "run_probe"

    def __str__(self) -> str:
        return f"{self.kind} {self.probe_id}/{self.seq}"


class RunFile(models.Model):
    """A file that belongs to a step; `hash` is the BLAKE2b-256 of its content, hex."""

    KINDS: ClassVar = ("impressions", "decisions", "opinions", "tallies", "audience", "snapshot")

    pk = models.CompositePrimaryKey("run_id", "kind", "step")
    run_id = models.BigIntegerField()
    step = models.IntegerField()
    kind = models.TextField()
    name = models.TextField()
    hash = models.TextField()
    bytes = models.BigIntegerField()
    rows = models.BigIntegerField()
    good = models.BooleanField(default=True)
    kept = models.BooleanField(default=True)

    class Meta:
        managed = False
        db_table = "run_file"

    def __str__(self) -> str:
        return self.name
