"""OASIS's X users: a CSV with one user per row.

Columns read: `username`, `description`, `user_char` (required, as by OASIS's own loader), `name`,
`following_agentid_list` and `previous_tweets` (Python lists), `activity_level_frequency` (24 counts
per hour of the day). A follow list names users by row, counted from 0: in OASIS the row is the agent's
id (camel-ai/oasis, `generate_agents`). Other columns are ignored and named in a note.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.population import ProfileRow, SeedPost
from simapp.scenarios.importers.cells import (
    MAX_HANDLE,
    read_counts,
    read_handle,
    read_list,
    read_row_number,
    read_words,
)
from simapp.scenarios.importers.findings import (
    MAX_COLUMNS,
    MAX_POST,
    MAX_POSTS_PER_USER,
    MAX_ROWS,
    MAX_TEXT,
    PeopleImport,
    SkippedRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = "oasis-x"
REQUIRED = ("username", "description", "user_char")
OPTIONAL = ("user_id", "name", "following_agentid_list", "previous_tweets", "activity_level_frequency")
FOLLOWS, POSTS, HOURS = "following_agentid_list", "previous_tweets", "activity_level_frequency"


def read_oasis_x(text: str, *, name: str, sha256: str) -> PeopleImport:
    """Return the people of an X CSV; WrongInput with one sentence when the file as a whole is unusable."""
    rows = _rows(text)
    header = _header(rows)
    reader = _Reader(header)
    for number, row in enumerate(rows):
        if number >= MAX_ROWS:
            msg = f"The file has more than {MAX_ROWS} rows."
            raise WrongInput(msg)
        reader.take(number, row)
    return reader.finish(name, sha256)


def _rows(text: str) -> Iterator[list[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            row = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            msg = f"The file is not valid CSV at line {lines.line_num}: {error}."
            raise WrongInput(msg) from None
        if row:
            yield row


def _header(rows: Iterator[list[str]]) -> list[str]:
    header = [cell.strip() for cell in next(rows, [])]
    if len(header) > MAX_COLUMNS:
        msg = f"The file has {len(header)} columns; at most {MAX_COLUMNS} are accepted."
        raise WrongInput(msg)
    named = [column for column in header if column]
    twice = {column for column in named if named.count(column) > 1}
    if twice:
        msg = f"The column {_plain(min(twice))} appears twice in the header."
        raise WrongInput(msg)
    missing = [column for column in REQUIRED if column not in header]
    if missing:
        found = ", ".join(_plain(column) for column in named[:12]) or "none"
        what = "column " + missing[0] if len(missing) == 1 else "columns " + ", ".join(missing)
        msg = f"The file has no {what}; a CSV of people needs {', '.join(REQUIRED)} (found: {found})."
        raise WrongInput(msg)
    for column in set(named) - set(REQUIRED) - set(OPTIONAL):
        absent = [known for known in OPTIONAL if known not in header]
        near = difflib.get_close_matches(column, absent, n=1, cutoff=0.85)
        if near:
            msg = f"The column {_plain(column)} is not known; did you mean {near[0]}?"
            raise WrongInput(msg)
    return header


def _plain(column: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in column[:40])


class _Reader:
    """Collects rows, then resolves follow lists, which may point forward."""

    def __init__(self, header: list[str]) -> None:
        self.header = header
        self.profiles: list[ProfileRow] = []
        self.hourly: list[list[float]] = []
        self.posts: list[SeedPost] = []
        self.lists: list[list[Any]] = []
        self.row_of: list[int] = []
        self.user_of: dict[int, int] = {}
        self.taken: dict[str, int] = {}
        self.skipped: list[SkippedRow] = []
        self.rows = self.cut = self.silent = self.renumbered = 0

    def skip(self, row: int, reason: str, part: Any = "user") -> None:
        self.skipped.append(SkippedRow(row, reason, part))

    def take(self, number: int, row: list[str]) -> None:
        """Read one data row; what cannot be used is noted in `skipped`."""
        self.rows = number + 1
        if len(row) != len(self.header):
            found = "1 cell" if len(row) == 1 else f"{len(row)} cells"
            self.skip(number, f"It has {found}; the header has {len(self.header)}.")
            return
        cells = dict(zip(self.header, row, strict=True))
        handle = read_handle(cells["username"])
        if not handle:
            self.skip(number, "Its username is empty.")
            return
        if len(handle) > MAX_HANDLE:
            self.skip(number, f"Its username is longer than {MAX_HANDLE} characters.")
            return
        if handle.casefold() in self.taken:
            first = self.taken[handle.casefold()]
            self.skip(number, f"Its username {handle} is taken by row {first} already.")
            return
        user = len(self.profiles)
        self.taken[handle.casefold()] = number
        self.user_of[number] = user
        self.row_of.append(number)
        if "user_id" in cells and cells["user_id"].strip() != str(number):
            self.renumbered += 1
        self.profiles.append(
            ProfileRow(
                handle=handle,
                name=read_words(cells.get("name"), MAX_HANDLE).replace("\n", " ") or handle,
                bio=self._text(cells["description"]),
                persona=self._text(cells["user_char"]),
            )
        )
        self._activity(number, cells.get(HOURS))
        self._posts(number, user, cells.get(POSTS))
        follows = read_list(cells.get(FOLLOWS))
        if isinstance(follows, str):
            self.skip(number, f"Its {FOLLOWS} {follows}.", "follow")
            follows = []
        self.lists.append(follows)

    def _text(self, value: str) -> str:
        self.cut += len(value) > MAX_TEXT
        return read_words(value, MAX_TEXT)

    def _activity(self, number: int, value: str | None) -> None:
        counts = read_counts(value)
        if isinstance(counts, str):
            self.skip(number, f"Its {HOURS} {counts}.", "activity")
            counts = []
        self.silent += bool(counts) and not any(counts)
        self.hourly.append(counts or [math.nan] * 24)

    def _posts(self, number: int, user: int, value: str | None) -> None:
        found = read_list(value)
        if isinstance(found, str):
            self.skip(number, f"Its {POSTS} {found}.", "post")
            return
        for i, post in enumerate(found):
            text = read_words(post, MAX_POST + 1) if isinstance(post, str) else ""
            if i >= MAX_POSTS_PER_USER:
                self.skip(
                    number, f"It has {len(found)} earlier posts; {MAX_POSTS_PER_USER} were read.", "post"
                )
                return
            if not text:
                self.skip(number, f"Item {i} of its {POSTS} is no text.", "post")
            elif len(text) > MAX_POST:
                self.skip(number, f"Item {i} of its {POSTS} is longer than {MAX_POST} characters.", "post")
            else:
                self.posts.append(SeedPost(author=user, text=text))

    def _follows(self) -> tuple[list[int], list[int]]:
        follower: list[int] = []
        followee: list[int] = []
        for user, listed in enumerate(self.lists):
            number = self.row_of[user]
            seen: set[int] = set()
            faults: dict[str, list[str]] = {}
            for item in listed:
                row = read_row_number(item)
                if row is None:
                    faults.setdefault("that are no row numbers", []).append(repr(item)[:20])
                elif row >= self.rows:
                    faults.setdefault("that the file does not have", []).append(str(row))
                elif row == number:
                    faults.setdefault("that are the user itself", []).append(str(row))
                elif row not in self.user_of:
                    faults.setdefault("that were skipped", []).append(str(row))
                elif row in seen:
                    faults.setdefault("that it follows already", []).append(str(row))
                else:
                    seen.add(row)
                    follower.append(user)
                    followee.append(self.user_of[row])
            for kind, items in faults.items():
                shown = ", ".join(items[:5]) + (f" and {len(items) - 5} more" if len(items) > 5 else "")
                self.skip(number, f"Its {FOLLOWS} names users {kind}: {shown}.", "follow")
        return follower, followee

    def finish(self, name: str, sha256: str) -> PeopleImport:
        """Return what was read; WrongInput when no user is left."""
        if not self.profiles:
            why = f"; the first was skipped because: {self.skipped[0]}" if self.skipped else ""
            msg = f"The file has no usable user among {self.rows} rows{why}"
            raise WrongInput(msg if why else msg + ".")
        follower, followee = self._follows()
        users = len(self.profiles)
        return PeopleImport(
            format=FORMAT,
            name=name,
            sha256=sha256,
            profiles=self.profiles,
            age=np.zeros(users, np.int16),
            gender=np.zeros(users, np.uint8),
            hourly=np.array(self.hourly, np.float64).reshape(users, 24),
            follower=np.array(follower, np.int32),
            followee=np.array(followee, np.int32),
            seed_posts=self.posts,
            rows=np.array(self.row_of, np.int32),
            skipped=sorted(self.skipped, key=lambda s: s.row),
            notes=self._notes(),
        )

    def _notes(self) -> list[str]:
        notes = [
            f"There is no column {column}; {what}."
            for column, what in (
                (FOLLOWS, "nobody follows anybody"),
                (POSTS, "there are no earlier posts"),
                (HOURS, "activity is drawn as the scenario says"),
            )
            if column not in self.header
        ]
        unread = [c for c in self.header if c and c not in REQUIRED and c not in OPTIONAL]
        if unread:
            notes.append(f"Columns not read: {', '.join(_plain(c) for c in unread[:20])}.")
        if self.renumbered:
            notes.append(
                f"user_id differs from the row number in {self.renumbered} rows; follow lists are read as "
                "row numbers, as OASIS does."
            )
        if self.cut:
            notes.append(f"{self.cut} texts were cut to {MAX_TEXT} characters.")
        if self.silent:
            notes.append(f"{self.silent} users have no activity in any hour; they get the lowest level.")
        return notes
