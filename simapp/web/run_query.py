"""The address of the list of runs: what it says of filter, order, groups and columns, read and written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from simapp.engine.core.errors import WrongInput
from simapp.runs.run_lists import GROUPS, SORTS, Wish
from simapp.runs.run_settings import read_condition, read_path

if TYPE_CHECKING:
    from django.http import QueryDict

MOST_SETTINGS, MOST_COLUMNS, MOST_FOLDED = 8, 12, 100
USUAL_SORT = "-started"

# key, heading, whether it is shown unless one chooses, whether it is a number.
COLUMNS = (
    ("status", "Status", True, False),
    ("name", "Name", True, False),
    ("scenario", "Scenario", True, False),
    ("progress", "Steps", True, False),
    ("headline", "Headline", True, False),
    ("users", "Users", False, True),
    ("seed", "Seed", True, True),
    ("tags", "Tags", True, False),
    ("owner", "Owner", True, False),
    ("started", "Started", True, True),
    ("duration", "Duration", True, True),
)
USUAL_COLUMNS = tuple(key for key, _, usual, _ in COLUMNS if usual)
_KNOWN = {key for key, _, _, _ in COLUMNS}


@dataclass(frozen=True)
class Query:
    """What an address asks for; folded: groups whose runs are not shown, by the words of their headings.

    problems: what it asks that cannot be, one sentence each.
    """

    wish: Wish
    columns: tuple[str, ...] = USUAL_COLUMNS
    paths: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def filtered(self) -> bool:
        """Whether any run may be left out."""
        w = self.wish
        return bool(w.text or w.status or w.tag or w.owner or w.settings or w.scenario is not None)

    def pairs(self) -> list[tuple[str, str]]:
        """Return the query as (name, value) pairs, without what is as usual."""
        w = self.wish
        scenario = "" if w.scenario is None else str(w.scenario)
        plain = (("q", w.text), ("status", w.status), ("tag", w.tag), ("owner", w.owner), ("scenario", scenario))
        held = [(name, value) for name, value in plain if value]
        held += [("set", str(condition)) for condition in w.settings]
        held += [("sort", w.sort)] * (w.sort != USUAL_SORT) + [("group", w.group)] * bool(w.group)
        held += [("fold", name) for name in self.folded]
        if self.columns != USUAL_COLUMNS:
            held += [("col", key) for key in self.columns]
        return held + [("path", path) for path in self.paths]

    def text(self, without: tuple[str, ...] = (), **changed: str) -> str:
        """Return the query as text; `changed` replaces fields, an empty value leaves one out."""
        held = [(name, value) for name, value in self.pairs() if name not in changed and name not in without]
        return urlencode(held + [(name, value) for name, value in changed.items() if value])

    def without_setting(self, condition: Any) -> str:
        """Return the query without one of its conditions."""
        return urlencode([pair for pair in self.pairs() if pair != ("set", str(condition))])

    def with_fold(self, name: str) -> str:
        """Return the query with a group folded; without, where it is folded already."""
        fold = ("fold", name)
        return urlencode([pair for pair in self.pairs() if pair != fold] + [fold] * (name not in self.folded))

    def hidden(self, *names: str) -> list[tuple[str, str]]:
        """Return what a form that asks for `names` itself has to hand on."""
        return [pair for pair in self.pairs() if pair[0] not in names]


def read(said: QueryDict) -> Query:
    """Return what an address says. What cannot be meant is left out, or told in `problems`."""
    problems: list[str] = []
    settings = []
    for text in [t for t in said.getlist("set") if t.strip()][:MOST_SETTINGS]:
        try:
            settings.append(read_condition(text))
        except WrongInput as problem:
            problems.append(str(problem))
    scenario = said.get("scenario", "")
    wish = Wish(
        text=_plain(said.get("q", ""), 100),
        status=_plain(said.get("status", ""), 20),
        tag=_plain(said.get("tag", ""), 40),
        owner=_plain(said.get("owner", ""), 150),
        scenario=int(scenario) if scenario.isascii() and scenario.isdecimal() and len(scenario) < 10 else None,
        settings=tuple(dict.fromkeys(settings)),
        sort=_named(said.get("sort", ""), SORTS, "sort", problems) or USUAL_SORT,
        group=_named(said.get("group", ""), GROUPS, "group", problems),
    )
    chosen = [key for key in said.getlist("col") if key in _KNOWN]
    columns = tuple(key for key, _, _, _ in COLUMNS if key in chosen or key == "name") if chosen else USUAL_COLUMNS
    paths = []
    for text in [t.strip() for t in said.getlist("path") if t.strip()][:MOST_COLUMNS]:
        name = _named(text, (), "path", problems)
        if name:
            paths.append(name)
    folded = [_plain(text, 200) for text in said.getlist("fold")[:MOST_FOLDED] if text.strip()] if wish.group else []
    return Query(wish, columns, tuple(dict.fromkeys(paths)), tuple(dict.fromkeys(folded)), tuple(problems))


def _named(text: str, known: Any, name: str, problems: list[str]) -> str:
    """Return a known name or a path of the scenario, with its sign; "" for what is neither, which is told."""
    text = text.strip()
    sign, bare = ("-", text[1:]) if text.startswith("-") and name == "sort" else ("", text)
    if not bare or bare in known:
        return text if bare else ""
    try:
        return sign + read_path(bare, name)
    except WrongInput as problem:
        problems.append(str(problem))
        return ""


def _plain(text: str, most: int) -> str:
    return "".join(char for char in text.strip() if char not in "\0\n\r" and not "\ud800" <= char <= "\udfff")[:most]
