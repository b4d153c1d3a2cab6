"""Invitations: one link lets one person sign up, once, into one project in one role.

There is no other way to sign up. Who already has an account joins with it. Wrong input raises WrongInput, an
impossible wish Refused, each with one sentence.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from simapp.engine.core.errors import Refused, WrongInput
from simapp.models import Desk, Invitation, Membership, Project
from simapp.runs import audit, limits, links, projects
from simapp.runs.roles import RIGHTS

if TYPE_CHECKING:
    from django.contrib.auth.models import User

DAYS = (1, 7, 30)
MOST_AN_HOUR = 30  # invitations that one member may make or renew
LONGEST_NAME = 120
NOT_THERE = "This invitation has expired, was used or was taken back. Ask whoever invited you for a new one."


def invite(*, member: Any, project: Project, name: str, role: str, days: int = 7) -> tuple[Invitation, str]:
    """Make an invitation; return it with its token, which is kept nowhere."""
    shown = projects.clean_name("name", name, LONGEST_NAME)
    _check(member, project, role)
    if days not in DAYS:
        msg = f"days is {days}; it must be one of {', '.join(map(str, DAYS))}."
        raise WrongInput(msg)
    _limit(member)
    token, digest = links.new_token()
    with transaction.atomic():
        made = Invitation.objects.create(
            project=project, role=role, name=shown, token_sha256=digest, by=member,
            expires=timezone.now() + timedelta(days=days),
        )  # fmt: skip
        audit.note(member, "invitation made", project=project.pk, invitation=made.pk, name=shown, role=role)
    return made, token


def renew(*, member: Any, invitation: Invitation) -> tuple[Invitation, str]:
    """Give an invitation a new link, good for as long as the first was; the old link is dead."""
    _check(member, invitation.project, invitation.role)
    _limit(member)
    token, digest = links.new_token()
    with transaction.atomic():
        held = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if held.accepted is not None:
            raise Refused("The invitation was accepted already.")
        held.expires = timezone.now() + (held.expires - held.created)
        held.created, held.token_sha256, held.revoked = timezone.now(), digest, None
        held.save(update_fields=["expires", "created", "token_sha256", "revoked"])
        audit.note(member, "invitation renewed", project=held.project_id, invitation=held.pk, name=held.name)
    return held, token


def revoke(*, member: Any, invitation: Invitation) -> None:
    """Make an invitation's link worthless."""
    _check(member, invitation.project, invitation.role)
    with transaction.atomic():
        open_ones = Invitation.objects.filter(pk=invitation.pk, accepted=None, revoked=None)
        if not open_ones.update(revoked=timezone.now()):
            raise Refused("The invitation is not open any more.")
        audit.note(member, "invitation revoked", project=invitation.project_id, invitation=invitation.pk)


def find(token: str) -> Invitation | None:
    """Return the open invitation of a token."""
    found = Invitation.objects.select_related("project", "by").filter(token_sha256=links.stored(token)).first()
    return found if found is not None and found.state == "open" else None


@sensitive_variables("password", "again")
def sign_up(*, token: str, username: str, password: str, again: str) -> User:
    """Make an account and its membership; WrongInput names the field, nothing is made then."""
    model = get_user_model()
    person = model(username=model.normalize_username(username.strip()))
    try:
        person.full_clean(exclude=["password", "email"], validate_unique=False)
    except ValidationError as problem:
        said = problem.message_dict.get("username") or [problem.messages[0]]
        msg = f"name: {said[0]}"
        raise WrongInput(msg) from None
    taken = "name: An account of that name is there already; choose another, or sign in first and open the link again."
    if model.objects.filter(username__iexact=person.username).exists():
        raise WrongInput(taken)
    if password != again:
        raise WrongInput("again: The two passwords are not the same.")
    try:
        validate_password(password, person)
    except ValidationError as problem:
        msg = f"password: {' '.join(problem.messages)}"
        raise WrongInput(msg) from None
    try:
        with transaction.atomic():
            held = _locked(token)
            person.set_password(password)
            person.save()
            _join(person, held)
    except IntegrityError:
        raise WrongInput(taken) from None
    return person


def join(*, token: str, member: Any) -> Project:
    """Make a member who is signed in a member of the invitation's project."""
    with transaction.atomic():
        held = _locked(token)
        there = Membership.objects.filter(member=member, project=held.project_id).first()
        if there is not None:
            msg = f"You are in {held.project} already, as {there.role}; the invitation is still open."
            raise Refused(msg)
        _join(member, held)
    return held.project


def _join(person: Any, held: Invitation) -> None:
    Membership.objects.create(member=person, project=held.project, role=held.role)
    Desk.objects.update_or_create(member=person, defaults={"project": held.project})
    held.accepted, held.accepted_by = timezone.now(), person
    held.save(update_fields=["accepted", "accepted_by"])
    audit.note(person, "invitation accepted", project=held.project_id, invitation=held.pk, role=held.role)


def _locked(token: str) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("project")
    held = rows.filter(token_sha256=links.stored(token)).first()
    if held is None or held.state != "open":
        raise Refused(NOT_THERE)
    return held


def _check(member: Any, project: Project, role: str) -> None:
    if role not in RIGHTS:
        msg = f"role is {role[:40]!r}; it must be one of {', '.join(RIGHTS)}."
        raise WrongInput(msg)
    if role not in projects.may_give(member, project):
        msg = f"The role {role} is for an admin of the project to give and to take."
        raise Refused(msg)


def _limit(member: Any) -> None:
    if not limits.take("invitations", str(member.pk), MOST_AN_HOUR, 3600):
        msg = f"You made {MOST_AN_HOUR} invitations within an hour, which is the most; go on later."
        raise Refused(msg)
