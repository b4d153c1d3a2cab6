"""Projects, who belongs to them in which role, and the links that let somebody in: invitations and shared runs.

Tokens of links are never stored, only their SHA-256; whoever reads these rows cannot use a link.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Role(models.TextChoices):
    """What a member is in a project, from least to most (simapp/runs/roles.py says what each may)."""

    VIEWER = "viewer", "Viewer"
    RESEARCHER = "researcher", "Researcher"
    STEWARD = "steward", "Steward"
    ADMIN = "admin", "Admin"


class Project(models.Model):
    """What a group of members works on: its scenarios, runs and endpoints.

    personal_of: the member for whom it was made because there was none; at most one each.
    """

    name = models.CharField(max_length=80)
    personal_of = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One member in one project."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "project"], name="one_role_per_member_and_project")
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.role} of {self.project}"


class Desk(models.Model):
    """The project that a member with several works in: what they make goes there."""

    member = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="desk")
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.member} works in {self.project}"


class Invitation(models.Model):
    """A link that makes one person a member of a project, once. `name` is what the inviter calls them by."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role.choices)
    name = models.CharField(max_length=120)
    token_sha256 = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)
    accepted = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="invitations"
    )

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} as {self.role} of {self.project}"

    @property
    def state(self) -> str:
        """One word: open, accepted, revoked or expired."""
        if self.accepted is not None:
            return "accepted"
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires <= timezone.now() else "open"


class ShareLink(models.Model):
    """A link that shows one run, without an account and for reading only, until it expires or is revoked."""

    run = models.ForeignKey("simapp.Run", models.CASCADE, related_name="share_links")
    name = models.CharField(max_length=120, blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)
    opened = models.PositiveIntegerField(default=0, help_text="how often it was followed")
    last_opened = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"link {self.pk} to run {self.run_id}"

    @staticmethod
    def valid() -> Q:
        """The filter of links that still open their run."""
        there = Q(run__hidden=False, run__deleted=None)
        return Q(revoked=None, expires__gt=timezone.now()) & there


class Attempts(models.Model):
    """How often something was tried since `until` was set; counted again from one after it (simapp/runs/limits.py)."""

    key = models.CharField(max_length=80, primary_key=True)
    count = models.PositiveIntegerField()
    until = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["until"], name="attempts_until")]

    def __str__(self) -> str:
        return f"{self.count} until {self.until}"
