"""Who may see and steer what: a member their own, staff everything, nobody else anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from simapp.models import Endpoint, ReplyFile, Run, Scenario

if TYPE_CHECKING:
    from django.db.models import QuerySet


def runs_for(member: Any) -> QuerySet[Run]:
    """Return the runs that a member may see."""
    if not member.is_authenticated:
        return Run.objects.none()
    visible = Run.objects.filter(hidden=False, deleted=None)
    return visible if member.is_staff else visible.filter(owner=member)


def get_run(member: Any, run_id: int) -> Run:
    """Return one run that a member may see; Run.DoesNotExist otherwise, as if it were not there."""
    return (
        runs_for(member)
        .select_related("scenario_version__scenario", "owner", "cell__arm__experiment")
        .get(pk=run_id)
    )


def may_ask(member: Any, run: Run) -> bool:
    """Whether a member may interview a run's users: its owner; staff where it has none (the command line's)."""
    return bool(run.owner_id == member.pk or (run.owner_id is None and member.is_staff))


def scenarios_for(member: Any) -> QuerySet[Scenario]:
    """Return the gallery and the member's own scenarios (staff: everybody's)."""
    if not member.is_authenticated:
        return Scenario.objects.none()
    visible = Scenario.objects.filter(archived=False)
    return visible if member.is_staff else visible.filter(Q(gallery=True) | Q(owner=member))


def reply_files_for(member: Any) -> QuerySet[ReplyFile]:
    """Return the files of replies that a member took in (staff: the command line's as well), newest first."""
    if not member.is_authenticated:
        return ReplyFile.objects.none()
    mine = Q(owner=member) | Q(owner=None) if member.is_staff else Q(owner=member)
    return ReplyFile.objects.filter(mine).order_by("-pk")


def may_manage_endpoints(member: Any) -> bool:
    """Whether a member may set up endpoints of language models, and use them: staff, and whom an admin allowed it."""
    return bool(member.is_authenticated and (member.is_staff or member.has_perm("simapp.manage_endpoints")))


def endpoints_for(member: Any) -> QuerySet[Endpoint]:
    """Return the endpoints that a member may see: their own (staff: everybody's); nobody's key is among it."""
    if not member.is_authenticated:
        return Endpoint.objects.none()
    stored = Q(key_sealed__isnull=False)
    found = Endpoint.objects.select_related("owner").defer("key_sealed").annotate(key_stored=stored)
    return found if member.is_staff else found.filter(owner=member)
