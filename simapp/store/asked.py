"""What models were asked and what they answered: the queue of record of decisions, and the cache of replies."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class QuestionBatch(models.Model):
    """Questions of one step of a run that go to a model together, answered whole or not at all.

    run_id: the number under which the run's rows lie. asker: the run whose owner asks (models and keys are its
    member's). users: whom the questions are about, in their order. asked: the questions as compressed JSON, let go
    when they were answered unless the run keeps prompts. claim grows with every worker that takes the batch and
    fences its answer; taken_until is its lease. late counts answers that came when nobody waited any more.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        TAKEN = "taken"
        ANSWERED = "answered"
        CLOSED = "closed"

    run_id = models.BigIntegerField()
    asker = models.ForeignKey("simapp.Run", models.CASCADE, related_name="+")
    step = models.IntegerField()
    tier = models.CharField(max_length=10)
    model = models.CharField(max_length=900)
    users = ArrayField(models.IntegerField())
    asked = models.BinaryField(null=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    claim = models.IntegerField(default=0)
    taken_by = models.CharField(max_length=200, blank=True)
    taken_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    late = models.IntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    answered = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["run_id", "step"], name="batch_run_step"),
            models.Index(
                fields=["taken_until"], name="batch_open", condition=models.Q(status__in=["waiting", "taken"])
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk} of run {self.run_id}, step {self.step}"


class ModelReply(models.Model):
    """What a model answered about a user in a step: an input of the run, kept once and never changed.

    user_id is negative for the questions of an archetype. outcome, problem and the counts as in agents.asking.Reply;
    revision: the model's name and revision as it was asked; options: the order in which they were offered;
    cached: the reply cache knew it, and it cost nothing now. key: the content address of the question, as in
    CachedReply (empty for replies from before there were keys).
    """

    run_id = models.BigIntegerField()
    step = models.IntegerField()
    user_id = models.IntegerField()
    batch = models.ForeignKey(QuestionBatch, models.SET_NULL, null=True, related_name="replies")
    tier = models.CharField(max_length=10)
    model = models.CharField(max_length=900)
    revision = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    first = models.TextField(blank=True)
    problem = models.CharField(max_length=300, blank=True)
    options = ArrayField(models.CharField(max_length=40), default=list)
    template = models.CharField(max_length=16, blank=True)
    tokens_in = models.IntegerField(default=0)
    tokens_out = models.IntegerField(default=0)
    tokens_cached = models.IntegerField(default=0)
    seconds = models.FloatField(default=0)
    cost = models.FloatField(default=0)
    tries = models.SmallIntegerField(default=1)
    cached = models.BooleanField(default=False)
    key = models.BinaryField(max_length=32, null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["run_id", "outcome", "step"], name="reply_run_outcome"),
            models.Index(fields=["run_id", "user_id", "step"], name="reply_run_user"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run_id", "step", "user_id"], name="one_reply_per_user_and_step"),
        ]

    def __str__(self) -> str:
        return f"reply to user {self.user_id} in step {self.step} of run {self.run_id}"


class ReplyFile(models.Model):
    """A file of replies that was imported, with what it says about the run it was made from.

    name: how it was called; sha256: of its bytes; said: its header (see simapp/runs/reply_files.py). Its replies are
    CachedReply rows of their own: what a file claims that a model said is never given to a run that asks models.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    said = models.JSONField(default=dict)
    scenario_sha256 = models.CharField(max_length=64)
    seed = models.BigIntegerField()
    replies = models.IntegerField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["scenario_sha256", "seed"], name="file_of_study")]

    def __str__(self) -> str:
        return f"reply file {self.pk}: {self.name}"


class CachedReply(models.Model):
    """A reply by the content of its question: whoever asks the same of the same model gets it from here.

    key: SHA-256 as agents.asking.Question.key makes it, with the model's name in the scenario; revision: the model as
    it answered. file: where it was imported from, empty for what models answered here. A run that asks models takes
    only what its own revision said here; a run that replays takes any revision's of one source, here or a file.
    """

    key = models.BinaryField(max_length=32)
    revision = models.CharField(max_length=200)
    model = models.CharField(max_length=900)
    outcome = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    first = models.TextField(blank=True)
    problem = models.CharField(max_length=300, blank=True)
    tokens_in = models.IntegerField(default=0)
    tokens_out = models.IntegerField(default=0)
    tokens_cached = models.IntegerField(default=0)
    seconds = models.FloatField(default=0)
    cost = models.FloatField(default=0)
    tries = models.SmallIntegerField(default=1)
    created = models.DateTimeField(auto_now_add=True)
    file = models.ForeignKey(ReplyFile, models.CASCADE, null=True, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key", "revision"], condition=models.Q(file__isnull=True),
                name="one_reply_per_question_and_model",
            ),
            models.UniqueConstraint(
                fields=["file", "key"], condition=models.Q(file__isnull=False), name="one_reply_per_file_and_question"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return bytes(self.key).hex()
