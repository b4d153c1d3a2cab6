"""Projects: where a member works, what they may do there, and what stewards and admins change.

Permissions are the caller's where nothing else is said (the gate's, by simapp/web/rights.py). Wrong input raises
WrongInput and an impossible wish Refused, each with one sentence.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from simapp.engine.core.errors import Refused, WrongInput
from simapp.models import Desk, Invitation, Membership, Project
from simapp.runs import audit
from simapp.runs.roles import ADMIN, EVERYTHING, GIVES, NOTHING, RESEARCHER, is_staff, rights_of
from simapp.store.members import Role

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST_PROJECTS = 50  # that one member may make
LONGEST_NAME = 80


@dataclass(frozen=True)
class Place:
    """Where a member works. project: None while a project of their own is still to be made, or there is none."""

    project: Project | None
    role: str | None


def of(member: Any) -> QuerySet[Membership, int]:
    """Return the numbers of a member's projects, for a filter."""
    return Membership.objects.filter(member=member.pk).values_list("project", flat=True)


def place_of(member: Any) -> Place:
    """Return where a member works: the project they chose, else their first, else one of their own to come."""
    chosen = Exists(Desk.objects.filter(member=member.pk, project=OuterRef("project")))
    held = Membership.objects.filter(member=member.pk).annotate(chosen=chosen).select_related("project")
    first = held.order_by("-chosen", "pk").first()
    if is_staff(member):
        # They may work in a project without being a member of it.
        desk = Desk.objects.filter(member=member.pk).select_related("project").first()
        return Place(desk.project if desk else first and first.project, ADMIN)
    if first is not None:
        return Place(first.project, first.role)
    return Place(None, RESEARCHER if may_have_own(member) else None)


def rights_at_desk(member: Any) -> frozenset[str]:
    """Return what a member may do with the project they work in."""
    if is_staff(member):
        return EVERYTHING
    return rights_of(place_of(member).role) if member.is_authenticated else NOTHING


def may_have_own(member: Any) -> bool:
    """Whether a project is made for a member who has none: not for guests of other projects.

    Who was invited works where they were invited to, and nowhere once they were removed there; who was removed from
    their own project has none either.
    """
    if is_staff(member):
        return True
    invited = Invitation.objects.filter(accepted_by=member.pk).exists()
    return not invited and not Project.objects.filter(personal_of=member.pk).exists()


def home_of(member: Any) -> Project | None:
    """Return the project that something new of a member's goes to, made where it is needed; None for the command line.

    Raises Refused for a member who works nowhere.
    """
    if member is None or not getattr(member, "pk", None):
        return None
    place = place_of(member)
    if place.project is not None:
        return place.project
    if place.role is None:
        raise Refused("You are in no project; somebody has to invite you to one first.")
    with transaction.atomic():
        name = f"{member.get_username()[:60]}'s project"
        project, _ = Project.objects.get_or_create(personal_of=member, defaults={"name": name})
        Membership.objects.get_or_create(member=member, project=project, defaults={"role": place.role})
    return project


def create(*, member: Any, name: str) -> Project:
    """Make a project of which the member is admin, and work in it from now on."""
    name = clean_name("name", name, LONGEST_NAME)
    made = Membership.objects.filter(member=member.pk, role=ADMIN).count()
    if made >= MOST_PROJECTS:
        msg = f"You are admin of {made} projects, which is the most."
        raise Refused(msg)
    with transaction.atomic():
        project = Project.objects.create(name=name)
        Membership.objects.create(member=member, project=project, role=ADMIN)
        audit.note(member, "project created", project=project.pk, name=name)
        work_in(member=member, project=project)
    return project


def rename(*, member: Any, project: Project, name: str) -> None:
    """Give a project another name."""
    before, project.name = project.name, clean_name("name", name, LONGEST_NAME)
    project.save(update_fields=["name"])
    audit.note(member, "project renamed", project=project.pk, before=before, name=project.name)


def work_in(*, member: Any, project: Project) -> None:
    """From now on what the member makes goes to this project."""
    Desk.objects.update_or_create(member=member, defaults={"project": project})


def role_in(member: Any, project: Project) -> str | None:
    """Return the role of a member in a project; staff are admins of each."""
    if is_staff(member):
        return ADMIN
    return Membership.objects.filter(member=member.pk, project=project).values_list("role", flat=True).first()


def set_role(*, member: Any, membership: Membership, role: str) -> None:
    """Give somebody another role; Refused where it, or the one they have, is not the member's to give."""
    if role not in Role.values:
        msg = f"role is {role[:40]!r}; it must be one of {', '.join(Role.values)}."
        raise WrongInput(msg)
    with transaction.atomic():
        held = _locked(membership)
        _check(member, held, role)
        if held.role == ADMIN and role != ADMIN:
            _another_admin(held)
        before, held.role = held.role, role
        held.save(update_fields=["role"])
        audit.note(
            member, "role changed", project=held.project_id, who=held.member.get_username(), before=before, role=role
        )


def remove(*, member: Any, membership: Membership) -> None:
    """Take somebody out of a project; what they made there stays in it."""
    with transaction.atomic():
        held = _locked(membership)
        _check(member, held, held.role)
        if held.role == ADMIN:
            _another_admin(held)
        held.delete()
        Desk.objects.filter(member=held.member_id, project=held.project_id).delete()
        audit.note(
            member, "member removed", project=held.project_id, who=held.member.get_username(), role=held.role
        )


def may_give(member: Any, project: Project) -> tuple[str, ...]:
    """Return the roles that a member may give in a project."""
    return GIVES.get(role_in(member, project) or "", ())


def clean_name(field: str, text: str, longest: int) -> str:
    """Return a name without control and direction characters; WrongInput names the field."""
    shown = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs"}).strip()
    if not 1 <= len(shown) <= longest:
        msg = f"{field} must have 1 to {longest} visible characters."
        raise WrongInput(msg)
    return shown


def _locked(membership: Membership) -> Membership:
    # The project too: two admins who remove each other at once must not both succeed.
    Project.objects.select_for_update().get(pk=membership.project_id)
    found = Membership.objects.select_related("member", "project").filter(pk=membership.pk).first()
    if found is None:
        raise Refused("This member has left the project already.")
    return found


def _check(member: Any, held: Membership, role: str) -> None:
    gives = may_give(member, held.project)
    for wanted in (held.role, role):
        if wanted not in gives:
            msg = f"The role {wanted} is for an admin of the project to give and to take."
            raise Refused(msg)


def _another_admin(held: Membership) -> None:
    others = Membership.objects.filter(project=held.project_id, role=ADMIN).exclude(pk=held.pk)
    if not others.exists():
        raise Refused("This is the only admin of the project; make somebody else admin first.")
