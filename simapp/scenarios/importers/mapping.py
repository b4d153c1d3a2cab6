"""Which column of a stranger's table is which of our fields: guessed, checked, applied.

Applying gives a file of our own (people_rows.py, or edges as lines), which is kept and read from then on: a run
needs no memory of the mapping.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.importers.columns import columns_of, plain, shown
from simapp.scenarios.importers.people_rows import MARK, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simapp.scenarios.importers.columns import Table

Kind = Literal["people", "graph"]
PEOPLE: Kind = "people"
GRAPH: Kind = "graph"
TRAIT = "trait"


@dataclass(frozen=True)
class Field:
    """A field that a column may be. names: what other files call it, without marks, in lower case."""

    name: str
    help: str
    names: tuple[str, ...]
    needed: bool = False
    many: bool = False


FIELDS: dict[Kind, tuple[Field, ...]] = {
    PEOPLE: (
        Field("handle", "name of the account, different for everybody",
              ("handle", "username", "user", "screenname", "login", "account", "nickname", "accountname"), needed=True),
        Field("id", "what follow lists call a user; without it they use handles",
              ("id", "userid", "uid", "agentid", "nodeid", "number", "key")),
        Field("name", "display name", ("name", "realname", "displayname", "fullname")),
        Field("bio", "what the profile says", ("bio", "description", "about", "profile", "tagline")),
        Field("persona", "who they are, for language models",
              ("persona", "userchar", "character", "background", "biography", "story")),
        Field("age", "years, 1 to 120", ("age", "years", "ageyears")),
        Field("gender", "female, male or another word", ("gender", "sex")),
        Field("country", "where they live", ("country", "nation", "location", "region", "state")),
        Field("mbti", "four letters", ("mbti", "mbtitype", "personality")),
        Field("follows", "handles or ids of whom they follow, blanks, commas or semicolons between",
              ("follows", "following", "followinglist", "followingagentidlist", "followees", "friends")),
        Field("posts", "what they wrote before: one text, or a list", ("posts", "tweets", "previoustweets", "texts")),
        Field("hourly", "24 counts, one per hour of the day (UTC)",
              ("hourly", "activity", "activitylevelfrequency", "hours", "activityperhour")),
        Field(TRAIT, "a line of the persona, which language models read; rules do not", (), many=True),
    ),
    GRAPH: (
        Field("source", "who follows",
              ("source", "from", "src", "follower", "u", "node1", "user", "ego", "a"), needed=True),
        Field("target", "who is followed",
              ("target", "to", "dst", "followee", "followed", "v", "node2", "friend", "alter", "b"), needed=True),
        Field("weight", "how strong, a number from 0", ("weight", "w", "strength", "count", "value")),
    ),
}  # fmt: skip
_MARKS = re.compile(r"[^a-z0-9]")
_LETTER = re.compile(r"(?<=[a-z])(?=[A-Z])")


def guess(table: Table) -> tuple[Kind, list[str]]:
    """Return what the table holds and a field per column, "" for none; nothing is certain."""
    people, graph = _guessed(table, PEOPLE), _guessed(table, GRAPH)
    if "source" in graph and "target" in graph and "handle" not in people:
        return GRAPH, graph
    if "handle" not in people:
        _promote(table, people)
    return PEOPLE, people


def guess_as(table: Table, kind: Kind) -> list[str]:
    """Return the guessed field of each column for a kind of table."""
    found = _guessed(table, kind)
    if kind == PEOPLE and "handle" not in found:
        _promote(table, found)
    return found


def roles_of(table: Table, kind: Kind, chosen: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[str]:
    """Return a field per column for (field, column) pairs; WrongInput names a field or column that there is not."""
    pairs = chosen.items() if hasattr(chosen, "items") else chosen
    roles = [""] * len(table.header)
    for field, column in pairs:
        if field not in {one.name for one in FIELDS[kind]}:
            raise WrongInput(f"{plain(field)} is no field; fields are {', '.join(one.name for one in FIELDS[kind])}.")
        if column not in table.header:
            near = difflib.get_close_matches(column, table.header, n=1)
            found = ", ".join(map(plain, table.header[:12]))
            hint = f"; did you mean {plain(near[0])}?" if near else f" (found: {found})."
            raise WrongInput(f"The file has no column {plain(column)}{hint}")
        roles[table.header.index(column)] = field
    return roles


def check_roles(kind: Kind, roles: list[str]) -> None:
    """Refuse a mapping that misses a needed field, names a field twice or one that there is not."""
    fields = {one.name: one for one in FIELDS[kind]}
    for role in roles:
        if role and role not in fields:
            raise WrongInput(f"{plain(role)} is no field; fields are {', '.join(fields)}.")
        if role and roles.count(role) > 1 and not fields[role].many:
            raise WrongInput(f"Two columns are called {role}; keep one of them.")
    for field in fields.values():
        if field.needed and field.name not in roles:
            raise WrongInput(f"No column is called {field.name} ({field.help}); choose one.")


def mapped(table: Table, kind: Kind, roles: list[str]) -> bytes:
    """Return the table as a file of our own; a whole table is needed. WrongInput as `check_roles`."""
    check_roles(kind, roles)
    if kind == GRAPH:
        return _edges(table, roles)
    people: list[dict[str, Any]] = []
    rows = dict(zip(table.numbers, table.rows, strict=True))
    ragged = dict(table.ragged)
    for number in range(len(rows) + len(ragged)):
        if number in rows:
            people.append(_person(table.header, rows[number], roles))
        else:
            people.append({"problem": f"It has {ragged[number]} cells; the header has {len(table.header)}."})
    unread = [name for name, role in zip(table.header, roles, strict=True) if not role]
    content = {MARK: VERSION, "unread": unread, "people": people}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _person(header: list[str], cells: list[Any], roles: list[str]) -> dict[str, Any]:
    person: dict[str, Any] = {}
    for name, cell, role in zip(header, cells, roles, strict=True):
        if role and cell is not None:
            if role == TRAIT:
                person.setdefault("traits", {})[name] = shown(cell)
            else:
                person[role] = shown(cell)
    return person


def _edges(table: Table, roles: list[str]) -> bytes:
    places = [roles.index(name) for name in ("source", "target", "weight") if name in roles]
    # Commas between: names with commas or line ends would fall apart, and the reader says so of their line.
    lines = ["source,target" + (",weight" if "weight" in roles else "")]
    lines += [",".join(" ".join(shown(row[i]).split()) for i in places) for row in table.rows]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _guessed(table: Table, kind: Kind) -> list[str]:
    taken: set[str] = set()
    roles = []
    for name in table.header:
        word = _MARKS.sub("", _LETTER.sub(" ", name).lower())
        role = next((field.name for field in FIELDS[kind] if word in field.names and field.name not in taken), "")
        taken.add(role)
        roles.append(role)
    return roles


def _promote(table: Table, roles: list[str]) -> None:
    """Make the likeliest column the handle: a name or an id, else the first column that differs in every row."""
    for role in ("name", "id"):
        if role in roles:
            roles[roles.index(role)] = "handle"
            return
    for i, column in enumerate(columns_of(table)):
        if not roles[i] and column.filled == len(table.rows) and column.distinct in (-1, column.filled):
            roles[i] = "handle"
            return
