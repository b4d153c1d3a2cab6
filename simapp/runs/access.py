"""The one place that answers what a member may do with a thing: see, steer, manage; nothing by default.

A thing belongs to a project, and what a member may do follows from their role there (roles.py) and from whether they
made it. Staff are admins everywhere. What is in no project belongs to its owner, and to staff where there is none.
Who looks through a share link has `shared_runs`, the number of the one run that the link is for, set by the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Q, Subquery

from simapp.models import (
    Endpoint,
    Experiment,
    Export,
    Invitation,
    Membership,
    Project,
    ReplyFile,
    Run,
    SavedView,
    Scenario,
)
from simapp.runs import projects, roles
from simapp.runs.roles import LAUNCH, MANAGE, READ, SET_UP, STEER, is_staff, rights_of

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True)
class Kind:
    """A kind of thing that addresses are about: which rows are there at all, their project and their owner."""

    rows: Callable[[], QuerySet[Any]]
    project: str = "project"
    owner: str = "owner"


KINDS: dict[str, Kind] = {
    "run": Kind(lambda: Run.objects.filter(hidden=False, deleted=None)),
    "scenario": Kind(lambda: Scenario.objects.filter(archived=False)),
    "archived scenario": Kind(lambda: Scenario.objects.filter(archived=True)),
    "experiment": Kind(Experiment.objects.all),
    "export": Kind(
        lambda: Export.objects.filter(run__hidden=False, run__deleted=None), "run__project", "run__owner"
    ),
    "endpoint": Kind(Endpoint.objects.all),
    "project": Kind(Project.objects.all, "pk", "personal_of"),
    "membership": Kind(Membership.objects.all, "project", "pk"),
    "invitation": Kind(Invitation.objects.all, "project", "by"),
}


NO_PROJECT = frozenset({READ, LAUNCH, STEER})  # what somebody may do with their own that is in no project


def rights_on(member: Any, kind: str, key: int) -> frozenset[str]:
    """Return what a member may do with one thing (KINDS, `replies`, a saved `view`); nothing where it is not theirs."""
    if not member.is_authenticated:
        return roles.NOTHING
    if kind == "replies":
        return roles.EVERYTHING if reply_files_for(member).filter(pk=key).exists() else roles.NOTHING
    if kind == "view":
        return roles.EVERYTHING if SavedView.objects.filter(pk=key, member=member.pk).exists() else roles.NOTHING
    held = KINDS[kind]
    role = Membership.objects.filter(member=member.pk, project=OuterRef(held.project)).values("role")[:1]
    rows = held.rows().filter(pk=key).annotate(role_there=Subquery(role))
    names = [held.project, held.owner, "role_there", *(["gallery"] if kind == "scenario" else [])]
    row = rows.values_list(*names).first()
    if row is None and kind == "scenario":
        # An archived one is there to be read; what else may be done begins with taking it back.
        return rights_on(member, "archived scenario", key) & {READ}
    if row is None:
        return roles.NOTHING
    if is_staff(member):
        return roles.EVERYTHING
    project, owner, role_there, *gallery = row
    if gallery and gallery[0]:
        return frozenset({READ}) | (projects.rights_at_desk(member) & {LAUNCH})
    mine = owner == member.pk and kind != "membership"
    rights = rights_of(role_there, own=mine)
    if project is None and mine:
        rights = NO_PROJECT
    if kind == "endpoint" and may_set_up(member) and mine:
        rights |= {READ, SET_UP}
    return rights


def of_members(member: Any) -> Q:
    """The filter of what belongs to a member's projects, or to nobody's and to them."""
    return Q(project__in=projects.of(member)) | Q(project=None, owner=member.pk)


def runs_for(member: Any) -> QuerySet[Run]:
    """Return the runs that a member may see."""
    visible = Run.objects.filter(hidden=False, deleted=None)
    shared = Q(pk__in=getattr(member, "shared_runs", ()))
    if not member.is_authenticated:
        return visible.filter(shared)
    return visible if is_staff(member) else visible.filter(of_members(member) | shared)


def get_run(member: Any, run_id: int) -> Run:
    """Return one run that a member may see; Run.DoesNotExist otherwise, as if it were not there."""
    return (
        runs_for(member)
        .select_related("scenario_version__scenario", "owner", "cell__arm__experiment")
        .get(pk=run_id)
    )


def with_right(member: Any, right: str) -> Q:
    """The filter of what a member has a right on, as `rights_on` says of each, in one question."""
    held = Membership.objects.filter(member=member.pk)
    led = held.filter(role__in=[role for role in roles.RIGHTS if right in roles.RIGHTS[role]])
    made = held.filter(role__in=[role for role in roles.OWN if right in roles.OWN[role]])
    mine = Q(owner=member.pk, project__in=made.values("project"))
    if right in NO_PROJECT:
        mine |= Q(owner=member.pk, project=None)
    return mine | Q(project__in=led.values("project"))


def runs_with(member: Any, right: str) -> QuerySet[Run]:
    """Return the runs on which a member has a right."""
    visible = Run.objects.filter(hidden=False, deleted=None)
    if not member.is_authenticated:
        return visible.none()
    return visible if is_staff(member) else visible.filter(with_right(member, right))


def archived_scenarios_for(member: Any) -> QuerySet[Scenario]:
    """Return the archived scenarios that a member may take back."""
    archived = Scenario.objects.filter(archived=True)
    if not member.is_authenticated:
        return archived.none()
    return archived if is_staff(member) else archived.filter(with_right(member, STEER))


def experiments_for(member: Any) -> QuerySet[Experiment]:
    """Return the experiments of the member's projects (staff: everybody's)."""
    if not member.is_authenticated:
        return Experiment.objects.none()
    found = Experiment.objects.select_related("version__scenario", "owner")
    return found if is_staff(member) else found.filter(of_members(member))


def acts_somewhere(member: Any) -> bool:
    """Whether a member may do more than look in any project; whoever is in none has, or may make, their own."""
    held = set(Membership.objects.filter(member=member.pk).values_list("role", flat=True))
    return is_staff(member) or held != {roles.VIEWER}


def may_change(member: Any, scenario: Scenario) -> bool:
    """Whether a member may change a scenario: who made it, and the stewards and admins of its project."""
    return STEER in rights_on(member, "scenario", scenario.pk)


def may_steer(member: Any, run: Run) -> bool:
    """Whether a member may change a run: who made it, and the stewards and admins of its project."""
    return STEER in rights_on(member, "run", run.pk)


def may_ask(member: Any, run: Run) -> bool:
    """Whether a member may interview a run's users: who may steer it."""
    return may_steer(member, run)


def may_take_back(member: Any, scenario: Scenario) -> bool:
    """Whether a scenario is archived and a member may put it on the list again."""
    return scenario.archived and STEER in rights_on(member, "archived scenario", scenario.pk)


def scenarios_for(member: Any) -> QuerySet[Scenario]:
    """Return the gallery and the scenarios of the member's projects (staff: everybody's)."""
    return scenarios_to_read(member).filter(archived=False)


def scenarios_to_read(member: Any) -> QuerySet[Scenario]:
    """Return the same with the archived ones of the projects, which can be read only."""
    if not member.is_authenticated:
        return Scenario.objects.none()
    visible = Scenario.objects.all()
    return visible if is_staff(member) else visible.filter(Q(gallery=True, archived=False) | of_members(member))


def exports_for(member: Any) -> QuerySet[Export]:
    """Return the exports of runs that the member may see."""
    return Export.objects.filter(run__in=runs_for(member).values("pk"))


def reply_files_for(member: Any) -> QuerySet[ReplyFile]:
    """Return the files of replies that a member took in (staff: the command line's as well), newest first."""
    if not member.is_authenticated:
        return ReplyFile.objects.none()
    mine = Q(owner=member) | Q(owner=None) if is_staff(member) else Q(owner=member)
    return ReplyFile.objects.filter(mine).order_by("-pk")


def may_set_up(member: Any) -> bool:
    """Whether a member may set up endpoints of their own: staff, and whom an admin of the site allowed it."""
    return is_staff(member) or bool(member.is_authenticated and member.has_perm("simapp.manage_endpoints"))


def may_manage_endpoints(member: Any) -> bool:
    """Whether a member may add endpoints where they work: admins of the project, and who may set up their own."""
    return SET_UP in rights_at_desk(member)


def rights_at_desk(member: Any) -> frozenset[str]:
    """Return what a member may do where they work, when it is about no thing that is there already."""
    rights = projects.rights_at_desk(member)
    return rights | {SET_UP} if SET_UP not in rights and may_set_up(member) else rights


def endpoints_for(member: Any) -> QuerySet[Endpoint]:
    """Return the endpoints of the member's projects (staff: everybody's); nobody's key is among it."""
    if not member.is_authenticated:
        return Endpoint.objects.none()
    stored = Q(key_sealed__isnull=False)
    found = Endpoint.objects.select_related("owner").defer("key_sealed").annotate(key_stored=stored)
    if is_staff(member):
        return found
    return found.filter(Q(project__in=projects.of(member)) | Q(owner=member.pk))


def changeable(member: Any, endpoints: Iterable[Endpoint]) -> set[int]:
    """Return which of these endpoints a member may change, as `rights_on` says of each, in one question."""
    if is_staff(member):
        return {one.pk for one in endpoints}
    own = may_set_up(member)
    led = set(Membership.objects.filter(member=member.pk, role=roles.ADMIN).values_list("project", flat=True))
    return {one.pk for one in endpoints if one.project_id in led or (own and one.owner_id == member.pk)}


def may_manage(member: Any, project: Project) -> bool:
    """Whether a member may invite to a project and change its members."""
    return MANAGE in rights_on(member, "project", project.pk)
