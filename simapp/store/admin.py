"""The admin: scenarios, runs, uploads and exports, for looking rather than for changing (members: admin_members.py).

Runs are made and steered on their own pages; here only archiving and hiding can be set. Tables without a
single key, or too large for Django's lists, have a page of their own (browse.py).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Q
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from simapp.store.asked import ReplyFile
from simapp.store.browse import rows_page
from simapp.store.endpoints import Endpoint
from simapp.store.history import LISTINGS
from simapp.store.models import Export, Run, Scenario, ScenarioVersion, Upload

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString


class LookOnly(ModelAdmin):
    """A list and a page per row. Nothing can be added or deleted; only fields in `may_change` can be set."""

    may_change: tuple[str, ...] = ()
    hidden_fields: tuple[str, ...] = ()
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(self.may_change) and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        own = [field.name for field in self.opts.fields if field.name not in self.hidden_fields]
        return [*self.readonly_fields, *own]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [name for name in self.get_fields(request, obj) if name not in self.may_change]


@admin.register(Scenario)
class ScenarioAdmin(LookOnly):
    """Lines of scenario versions."""

    list_display = ("title", "slug", "owner", "gallery", "archived", "created")
    list_filter = ("gallery", "archived")
    list_select_related = ("owner",)
    search_fields = ("title", "slug", "owner__username")
    may_change = ("archived",)


@admin.register(ScenarioVersion)
class ScenarioVersionAdmin(LookOnly):
    """Documents, as JSON."""

    list_display = ("scenario", "number", "author", "created", "document_sha256")
    list_select_related = ("scenario", "author")
    search_fields = ("scenario__title", "scenario__slug", "document_sha256")
    hidden_fields = ("document",)
    readonly_fields = ("document_text",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScenarioVersion]:
        found = super().get_queryset(request)
        return found if _one(request) else found.defer("document")

    @admin.display(description="document")
    def document_text(self, version: ScenarioVersion) -> SafeString:
        return as_json(version.document)


@admin.register(Run)
class RunAdmin(LookOnly):
    """Runs, with links to their users, posts, events and metric points."""

    list_display = (
        "__str__",
        "scenario",
        "status",
        "step",
        "steps",
        "users",
        "seed",
        "owner",
        "hidden",
        "created",
    )
    list_filter = ("status", "hidden")
    list_select_related = ("scenario_version__scenario", "owner")
    search_fields = ("=id", "title", "owner__username", "scenario_version__scenario__title")
    may_change = ("hidden",)
    hidden_fields = ("digest", "impressions_digest", "heartbeat", "fingerprint")
    readonly_fields = ("rows", "digest_hex", "heartbeat_text", "fingerprint_text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        found = super().get_queryset(request)
        return (
            found if _one(request) else found.defer("scenario_version__document", "fingerprint", "heartbeat")
        )

    def get_urls(self) -> list[Any]:
        browse = self.admin_site.admin_view(self.browse)
        return [path("<int:run_id>/rows/<str:listing>/", browse, name="simapp_run_rows"), *super().get_urls()]

    def browse(self, request: HttpRequest, run_id: int, listing: str) -> HttpResponse:
        """Show one page of one of the run's large tables."""
        return rows_page(self, request, run_id, listing)

    @admin.display(description="scenario", ordering="scenario_version__scenario__title")
    def scenario(self, run: Run) -> str:
        return str(run.scenario_version.scenario)

    @admin.display(description="digest")
    def digest_hex(self, run: Run) -> SafeString:
        # 64 digits without a place to break would be wider than a phone.
        return format_html('<span style="overflow-wrap: anywhere">{}</span>', run.digest_hex or "–")

    @admin.display(description="heartbeat")
    def heartbeat_text(self, run: Run) -> SafeString:
        return as_json(run.heartbeat)

    @admin.display(description="fingerprint")
    def fingerprint_text(self, run: Run) -> SafeString:
        return as_json(run.fingerprint)

    @admin.display(description="rows")
    def rows(self, run: Run) -> SafeString:
        links = ((reverse("admin:simapp_run_rows", args=[run.pk, name]), name) for name in LISTINGS)
        return format_html_join(
            " · ", '<a class="text-primary-600 dark:text-primary-500 underline" href="{}">{}</a>', links
        )


@admin.register(Upload)
class UploadAdmin(LookOnly):
    """Uploaded files, without their bytes."""

    list_display = ("name", "format", "size", "owner", "created")
    list_filter = ("format",)
    list_select_related = ("owner",)
    search_fields = ("name", "sha256", "owner__username")
    hidden_fields = ("bytes",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Upload]:
        return super().get_queryset(request).defer("bytes")


@admin.register(Export)
class ExportAdmin(LookOnly):
    """Exports and how they went."""

    list_display = ("run", "format", "status", "progress", "owner", "created", "ended")
    list_filter = ("status", "format")
    list_select_related = ("run", "owner")
    search_fields = ("=run__id", "owner__username", "error")
    hidden_fields = ("manifest",)
    readonly_fields = ("manifest_text",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        found = super().get_queryset(request).defer("run__fingerprint", "run__heartbeat")
        return found if _one(request) else found.defer("manifest", "run__fingerprint", "run__heartbeat")

    @admin.display(description="manifest")
    def manifest_text(self, export: Export) -> SafeString:
        return as_json(export.manifest)


@admin.register(Endpoint)
class EndpointAdmin(LookOnly):
    """Endpoints of language models, without their keys."""

    list_display = ("name", "model", "base_url", "owner", "test", "tested")
    list_filter = ("test",)
    list_select_related = ("owner",)
    search_fields = ("name", "model", "base_url", "owner__username")
    hidden_fields = ("key_sealed", "features")
    readonly_fields = ("key_is_stored", "features_text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        held = Q(key_sealed__isnull=False)
        return super().get_queryset(request).defer("key_sealed").annotate(stored=held)

    @admin.display(description="key is stored", boolean=True)
    def key_is_stored(self, endpoint: Any) -> bool:
        return bool(endpoint.stored)

    @admin.display(description="features")
    def features_text(self, endpoint: Endpoint) -> SafeString:
        return as_json(endpoint.features)


@admin.register(ReplyFile)
class ReplyFileAdmin(LookOnly):
    """Files of replies that members took in; what they hold is data of strangers."""

    list_display = ("name", "seed", "replies", "owner", "created")
    list_select_related = ("owner",)
    search_fields = ("name", "sha256", "scenario_sha256", "owner__username")
    hidden_fields = ("said",)
    readonly_fields = ("said_text",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReplyFile]:
        found = super().get_queryset(request)
        return found if _one(request) else found.defer("said")

    @admin.display(description="said")
    def said_text(self, file: ReplyFile) -> SafeString:
        return as_json({name: value for name, value in file.said.items() if name != "scenario"})


Member = get_user_model()
admin.site.unregister(Member)
admin.site.unregister(Group)


@admin.register(Member)
class MemberAdmin(UserAdmin, ModelAdmin):
    """People who use the site."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class RoleAdmin(GroupAdmin, ModelAdmin):
    """Groups of members."""


def _one(request: HttpRequest) -> bool:
    """Whether a request is for one row's page, which shows every field."""
    match = request.resolver_match
    return match is not None and "object_id" in match.kwargs


def as_json(value: Any) -> SafeString:
    """Return a value as JSON that wraps, escaped."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return format_html(
        '<pre style="white-space: pre-wrap; overflow-wrap: anywhere; min-width: 0" dir="auto">{}</pre>', text
    )
