"""What Django's admin discovers; the pages are in simapp/store/admin.py, what they do to runs in simapp/runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages

from simapp.engine.core.errors import Refused
from simapp.models import Run
from simapp.runs.deletion import delete
from simapp.store import admin as store_admin
from simapp.store import admin_members, admin_views

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

__all__ = ["admin_members", "admin_views", "delete_runs", "store_admin"]


@admin.action(description="Delete selected runs (rows stay while a fork needs them)", permissions=["change"])
def delete_runs(model_admin: store_admin.RunAdmin, request: HttpRequest, runs: QuerySet[Run]) -> None:
    """Delete runs as their owners can: out of sight now, dropped when nothing needs them."""
    for run in runs.order_by("pk"):
        try:
            gone = delete(run=run, member=request.user)
        except Refused as problem:
            model_admin.message_user(request, str(problem), messages.WARNING)
        else:
            kept = f"; its rows stay for runs {', '.join(map(str, gone.forks))}" if gone.forks else ""
            model_admin.message_user(request, f"Run {run.pk} was deleted{kept}.")


store_admin.RunAdmin.actions = [delete_runs]  # type: ignore[misc]
