"""The admin: cohorts, drawings of networks and saved views, which members look at runs by; for looking only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from simapp.store.admin import LookOnly, as_json
from simapp.store.cohorts import Cohort, NetworkLayout
from simapp.store.saved_views import SavedView

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Cohort)
class CohortAdmin(LookOnly):
    """Named sets of users of a run, without the packed numbers: their page shows who is in them."""

    list_display = ("name", "run", "size", "step", "source", "member", "created")
    list_select_related = ("run", "member")
    search_fields = ("=run__id", "name", "source", "member__username")
    hidden_fields = ("packed",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cohort]:
        return super().get_queryset(request).defer("packed", "run__fingerprint", "run__heartbeat")


@admin.register(NetworkLayout)
class NetworkLayoutAdmin(LookOnly):
    """Drawings of networks and how they went."""

    list_display = ("run", "step", "status", "progress", "doing", "created", "ended")
    list_filter = ("status",)
    list_select_related = ("run",)
    search_fields = ("=run__id", "error", "hash")
    hidden_fields = ("facts",)
    readonly_fields = ("facts_text",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[NetworkLayout]:
        return super().get_queryset(request).defer("run__fingerprint", "run__heartbeat")

    @admin.display(description="facts")
    def facts_text(self, layout: NetworkLayout) -> SafeString:
        return as_json(layout.facts)


@admin.register(SavedView)
class SavedViewAdmin(LookOnly):
    """Lists of runs as members keep them under a name."""

    list_display = ("name", "member", "query", "created")
    list_select_related = ("member",)
    search_fields = ("name", "query", "member__username")
