"""The admin: the audit log, projects and who is in them, for looking and searching only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateTimeFilter, RelatedDropdownFilter

from simapp.store.admin import LookOnly, as_json
from simapp.store.members import Invitation, Membership, Project, ShareLink
from simapp.store.models import Audit, plain_title

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Audit)
class AuditAdmin(LookOnly):
    """Who did what: sign-ins, refusals, invitations, roles, links, and everything done to runs."""

    list_display = ("created", "member", "action", "run", "said")
    list_filter = (("created", RangeDateTimeFilter), ("member", RelatedDropdownFilter), "action")
    list_filter_submit = True
    list_select_related = ("member", "run")
    search_fields = ("member__username", "action", "=run__id", "detail")
    search_help_text = "A member's name, an action, a run's number, or what the detail says: a name, an address."
    hidden_fields = ("detail",)
    readonly_fields = ("detail_text",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Audit]:
        return super().get_queryset(request).defer("run__fingerprint", "run__heartbeat")

    @admin.display(description="detail")
    def said(self, row: Audit) -> str:
        # One line of plain text; Django escapes it.
        words = ", ".join(f"{name} {value}" for name, value in row.detail.items())
        return plain_title(words, 120)

    @admin.display(description="detail")
    def detail_text(self, row: Audit) -> SafeString:
        return as_json(row.detail)


@admin.register(Project)
class ProjectAdmin(LookOnly):
    """Projects; their members are managed on the page Members."""

    list_display = ("name", "personal_of", "created")
    list_select_related = ("personal_of",)
    search_fields = ("name", "personal_of__username", "memberships__member__username")


@admin.register(Membership)
class MembershipAdmin(LookOnly):
    """Who is what where."""

    list_display = ("member", "project", "role", "created")
    list_filter = ("role",)
    list_select_related = ("member", "project")
    search_fields = ("member__username", "project__name")


@admin.register(Invitation)
class InvitationAdmin(LookOnly):
    """Invitations, without what their links hold."""

    list_display = ("name", "project", "role", "by", "created", "expires", "accepted_by", "revoked")
    list_filter = ("role",)
    list_select_related = ("project", "by", "accepted_by")
    search_fields = ("name", "project__name", "by__username", "accepted_by__username")
    hidden_fields = ("token_sha256",)


@admin.register(ShareLink)
class ShareLinkAdmin(LookOnly):
    """Links that show a run to whoever has them."""

    list_display = ("run", "name", "by", "created", "expires", "revoked", "opened", "last_opened")
    list_select_related = ("run", "by")
    search_fields = ("=run__id", "name", "by__username")
    hidden_fields = ("token_sha256",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShareLink]:
        return super().get_queryset(request).defer("run__fingerprint", "run__heartbeat")
