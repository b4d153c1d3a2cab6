"""What a role may do in a project. The other half of the matrix, what each address needs, is simapp/web/rights.py."""

from __future__ import annotations

from typing import Any

from simapp.store.members import Role

READ = "read"  # look at everything of the project, and take out what is there
LAUNCH = "launch"  # make scenarios, runs, forks and exports
STEER = "steer"  # change a thing: a scenario, a run, what belongs to a run
MANAGE = "manage"  # members of lower roles, invitations, everybody's share links
SETTINGS = "settings"  # the project itself, members of every role
SET_UP = "set up"  # endpoints of language models; an admin of the site may give it to a member for their own

VIEWER, RESEARCHER, STEWARD, ADMIN = (Role.VIEWER.value, Role.RESEARCHER.value, Role.STEWARD.value, Role.ADMIN.value)
NOTHING: frozenset[str] = frozenset()

# On everything of the project.
RIGHTS: dict[str, frozenset[str]] = {
    VIEWER: frozenset({READ}),
    RESEARCHER: frozenset({READ, LAUNCH}),
    STEWARD: frozenset({READ, LAUNCH, STEER, MANAGE}),
    ADMIN: frozenset({READ, LAUNCH, STEER, MANAGE, SETTINGS, SET_UP}),
}
# On what the member made, as long as they have the role.
OWN: dict[str, frozenset[str]] = {role: RIGHTS[role] | {STEER} for role in (RESEARCHER, STEWARD, ADMIN)}
OWN[VIEWER] = RIGHTS[VIEWER]
EVERYTHING = RIGHTS[ADMIN]

# Which roles a role may give, and take from whoever has them.
GIVES: dict[str, tuple[str, ...]] = {
    VIEWER: (),
    RESEARCHER: (),
    STEWARD: (VIEWER, RESEARCHER),
    ADMIN: (VIEWER, RESEARCHER, STEWARD, ADMIN),
}


def rights_of(role: str | None, *, own: bool = False) -> frozenset[str]:
    """Return what a role (None: no member) may do with a thing of its project; `own`: they made it."""
    return (OWN if own else RIGHTS).get(role or "", NOTHING)


def is_staff(member: Any) -> bool:
    """Whether a member is an administrator of the installation, who is admin of every project."""
    return bool(member.is_authenticated and member.is_active and member.is_staff)
