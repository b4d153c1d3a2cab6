"""The permission matrix: what each address and socket of the site needs. What a role may do is in simapp/runs/roles.py.

One line per address, by its name. An address that has none is refused to everybody (gate.py), and
tests/web/test_rights.py names it. docs/members.md shows the table; the same test walks every address for every role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simapp.runs.roles import LAUNCH, MANAGE, OWN, READ, RIGHTS, SET_UP, SETTINGS, STEER

PUBLIC = "public"  # anybody
MEMBER = "member"  # whoever is signed in
STAFF = "staff"  # administrators of the installation


@dataclass(frozen=True)
class Rule:
    """What an address needs to be looked at (`get`), and to change something (`post`: every other method).

    kind, key: the kind of thing (simapp/runs/access.py KINDS) and the part of the address that numbers it; without
    them a right is one in the project that the member works in. shared: open through a share link, for looking only.
    noted: what the audit log calls a success.
    """

    get: str
    post: str
    kind: str = ""
    key: str = ""
    shared: bool = False
    noted: str = ""


def anybody() -> Rule:
    """Open to all."""
    return Rule(PUBLIC, PUBLIC)


def signed_in(post: str = MEMBER) -> Rule:
    """Whoever is signed in looks, and sees what is theirs; `post` is needed to change something."""
    return Rule(MEMBER, post)


def here(right: str) -> Rule:
    """A right in the project that the member works in."""
    return Rule(right, right)


def of(kind: str, get: str, post: str = "", **more: Any) -> Rule:
    """A right on the thing that the address numbers; `post`: the same, unless it is given."""
    return Rule(get, post or get, kind, more.pop("key", f"{kind}_id"), **more)


def view(post: str = STEER) -> Rule:
    """A view of a run, which share links open as well."""
    return of("run", READ, post, shared=True)


ADDRESSES: Mapping[str, Rule] = {
    # the door, and what browsers ask for by themselves
    "home": signed_in(),
    "sign-in": anybody(),
    "sign-in-link": anybody(),
    "sign-out": signed_in(),
    "theme": anybody(),
    "robots": anybody(),
    "favicon": anybody(),
    "invitation": anybody(),
    "shared": anybody(),
    "admin-sign-in": anybody(),
    # runs
    "runs": signed_in(),
    "run:page": view(),
    "run:points": view(),
    "run:feed": view(),
    "run:state": view(),
    "run:health": view(),
    "run:models": view(),
    "run:metric": view(),
    "run:metric-csv": view(),
    "run:interviews": view(),
    "run:decisions": view(),
    "run:decision": view(),
    "run:group-decision": view(),
    "run:control": of("run", STEER),
    "run:measure": of("run", STEER),
    "run:rewind": of("run", STEER),
    "run:keep": of("run", STEER),
    "run:delete": of("run", STEER),
    "run:forget-prompts": of("run", STEER),
    "run:share": of("run", STEER),
    "run:unshare": of("run", STEER),
    "run:fork": of("run", LAUNCH),
    "run:replies": of("run", READ, noted="replies taken out"),
    # its feed, and why it is so
    "run:feed-view": view(),
    "run:feed-fresh": view(),
    "run:why": view(),
    "run:weighed": view(),
    "run:moment": view(),
    # its users
    "run:users": view(),
    "run:user-find": view(),
    "run:user": view(),
    "run:user-decision": view(),
    "run:user-opinions": view(),
    "run:user-opinions-csv": view(),
    "run:user-opinions-table": view(),
    # its network, cohorts and cascades
    "run:network": view(),
    "run:network-layout": of("run", READ),
    "run:network-status": view(),
    "run:network-drawing": view(),
    "run:network-colours": view(),
    "run:network-user": view(),
    "run:network-graph": view(),
    "run:cohorts": view(),
    "run:cohort": view(),
    "run:cohort-opinions": view(),
    "run:cohort-opinions-csv": view(),
    "run:cohort-users-csv": view(),
    "run:cohort-new": of("run", LAUNCH),
    "run:cohort-delete": of("run", STEER),
    "run:cascades": view(),
    "run:cascades-csv": view(),
    "run:cascade": view(),
    "run:cascade-csv": view(),
    # what is done to it
    "run:interventions": view(),
    "run:marks": view(),
    "run:find": view(),
    "run:intervene": of("run", STEER),
    "run:check-intervention": of("run", STEER),
    "run:withdraw": of("run", STEER),
    "run:fork-edit": of("run", LAUNCH),
    "run-tags": of("run", STEER),
    # from the list; what is done to many asks for each whether it may be (access.runs_with)
    "runs-live": signed_in(),
    "runs-steer": signed_in(),
    "runs-export": signed_in(),
    "runs-tag": signed_in(),
    "runs-delete": signed_in(),
    "save-view": signed_in(),
    "delete-view": of("view", STEER),
    # side by side: what the member may see of what the address names
    "compare": signed_in(),
    "compare-values": signed_in(),
    "compare-points": signed_in(),
    "compare-settings-csv": signed_in(),
    "compare-values-csv": signed_in(),
    "compare-series": signed_in(),
    # experiments
    "experiments": signed_in(),
    "new-experiment": here(LAUNCH),
    "experiment-preview": here(LAUNCH),
    "experiment-base": here(LAUNCH),
    "experiment": of("experiment", READ),
    "experiment-grid": of("experiment", READ),
    "experiment-results": of("experiment", READ),
    "experiment-points": of("experiment", READ),
    "experiment-csv": of("experiment", READ),
    "experiment-json": of("experiment", READ),
    "experiment-cells": of("experiment", READ),
    "experiment-series": of("experiment", READ),
    "experiment-control": of("experiment", STEER),
    "experiment-retry": of("experiment", STEER),
    "experiment-replicates": of("experiment", STEER),
    "experiment-delete": of("experiment", STEER),
    # scenarios
    "scenarios": signed_in(),
    "scenario-schema": signed_in(),
    "new-scenario": here(LAUNCH),
    "scenario": of("scenario", READ, STEER),
    "scenario-yaml": of("scenario", READ),
    "use-scenario": of("scenario", LAUNCH),
    "model-forecast": of("scenario", READ),
    "people": of("scenario", STEER),
    "people-columns": of("scenario", STEER),
    "people-skipped": of("scenario", STEER),
    "launch-scenario": of("scenario", LAUNCH),
    "scenario-check": of("scenario", STEER),
    "scenario-preview": of("scenario", STEER),
    "scenario-versions": of("scenario", READ),
    "scenario-version": of("scenario", READ),
    "restore-version": of("scenario", STEER),
    "rename-scenario": of("scenario", STEER),
    "archive-scenario": of("scenario", STEER),
    "unarchive-scenario": of("archived scenario", STEER, key="scenario_id"),
    "archived-scenarios": signed_in(),
    "scenario-diff": signed_in(),
    "apply-difference": signed_in(),  # and STEER on the scenario that changes, which the form names
    # endpoints of language models
    "endpoints": signed_in(),
    "new-endpoint": here(SET_UP),
    "endpoint": of("endpoint", SET_UP),
    # the catalogue
    "catalogue": signed_in(),
    # files of replies are their owner's alone
    "reply-files": signed_in(LAUNCH),
    "run-reply-file": of("replies", LAUNCH, key="file_id"),
    "delete-reply-file": of("replies", STEER, key="file_id"),
    # exports
    "export": of("run", LAUNCH),
    "exports": signed_in(),
    "export-page": of("export", READ),
    "download": of("export", READ, noted="export downloaded"),
    "download-file": of("export", READ, noted="export downloaded"),
    # members
    "members": signed_in(),
    "new-project": here(SETTINGS),
    "rename-project": of("project", SETTINGS),
    "work-in": of("project", READ),
    "set-role": of("membership", MANAGE),
    "remove-member": of("membership", MANAGE),
    "invite": of("project", MANAGE),
    "renew-invitation": of("invitation", MANAGE),
    "revoke-invitation": of("invitation", MANAGE),
}
# The admin decides about its pages itself, and lets in staff only; this script of its forms says nothing of anybody.
ADMIN_OPEN = frozenset({"admin:jsi18n"})
_ADMIN = Rule(STAFF, STAFF)

SOCKETS: Mapping[str, Rule] = {
    "run-socket": view(),
}


def rule_of(name: str) -> Rule | None:
    """Return what the address of a name needs; None where the table has no such address."""
    if name in ADMIN_OPEN:
        return anybody()
    if name.startswith("admin:"):
        return _ADMIN
    return ADDRESSES.get(name)


# Kinds of things that are their owner's alone.
PERSONAL = frozenset({"replies", "view"})

# How the columns of the matrix are called: who somebody is, seen from the thing that an address is about.
WHO = (
    "anonymous", "share link", "other project", "viewer", "researcher", "researcher, own", "steward", "admin", "staff",
)  # fmt: skip


def may(who: str, rule: Rule, *, change: bool = False) -> bool:
    """Whether somebody (of WHO) gets through a rule; what the documentation says and the tests hold the site to."""
    right = rule.post if change else rule.get
    if rule.kind in PERSONAL:
        return who == "researcher, own"
    if right == PUBLIC or who == "staff":
        return True
    if who == "anonymous":
        return False
    if who == "share link":
        return rule.shared and not change
    if right == MEMBER:
        return True
    if right == STAFF:
        return False
    if who == "other project":
        # Where it is not about a thing of another project, they work in their own, as researchers.
        return not rule.kind and right in RIGHTS["researcher"]
    role, _, own = who.partition(", ")
    return right in (OWN if own else RIGHTS)[role]
