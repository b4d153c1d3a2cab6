"""The permission matrix as docs/members.md shows it, written from the table (rights.py) and the roles (roles.py)."""

from __future__ import annotations

from simapp.runs.roles import OWN, RIGHTS
from simapp.web.rights import ADDRESSES, MEMBER, PUBLIC, SOCKETS, WHO, Rule, may

BEGIN, END = "<!-- matrix: written by `manage.py rights` -->", "<!-- end of the matrix -->"
_LOOK, _BOTH, _NOTHING = "look", "✓", "–"


def markdown() -> str:
    """Return two tables: roles and their rights, addresses and who gets through."""
    return "\n".join(["", *_roles(), "", *_addresses(), ""])


def between(text: str) -> str:
    """Return the part of a page that the tables stand in; ValueError where it has no place for them."""
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)]


def put_between(text: str, table: str) -> str:
    """Return the page with the tables in their place; ValueError where it has none for them."""
    return f"{text[: text.index(BEGIN) + len(BEGIN)]}\n{table}\n{text[text.index(END) :]}"


def _roles() -> list[str]:
    rights = sorted({right for held in RIGHTS.values() for right in held}, key=list(_ORDER).index)
    lines = [_row("right", "what it is", *RIGHTS), _row(*["---"] * (len(RIGHTS) + 2))]
    for right in rights:
        held = ["✓" if right in RIGHTS[role] else "own" if right in OWN[role] else _NOTHING for role in RIGHTS]
        lines.append(_row(right, _ORDER[right], *held))
    return lines


def _addresses() -> list[str]:
    lines = [_row("address", "needs", *WHO), _row(*["---"] * (len(WHO) + 2))]
    for name, rule in [*ADDRESSES.items(), *((f"{name} (socket)", rule) for name, rule in SOCKETS.items())]:
        lines.append(_row(f"`{name}`", _needs(rule), *(_through(who, rule) for who in WHO)))
    return lines


def _needs(rule: Rule) -> str:
    if rule.get in (PUBLIC, MEMBER) and rule.get == rule.post:
        return {PUBLIC: "nothing", MEMBER: "an account"}[rule.get]
    words = rule.get if rule.get == rule.post else f"{rule.get}, to change {rule.post}"
    return f"{words} on the {rule.kind}" if rule.kind else f"{words} where one works"


def _through(who: str, rule: Rule) -> str:
    look, change = may(who, rule), may(who, rule, change=True)
    return _BOTH if change else _LOOK if look else _NOTHING


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


_ORDER = {
    "read": "look at everything of the project, and take out what is there",
    "launch": "make scenarios, runs, forks and exports",
    "steer": "change a scenario or a run, interview users, intervene, share by link, delete",
    "manage": "members of lower roles, invitations, everybody's share links",
    "settings": "the project itself, members of every role",
    "set up": "endpoints of language models; the permission `manage_endpoints` gives it for one's own",
}
