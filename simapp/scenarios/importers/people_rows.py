"""People as a JSON file of our own: what a table becomes once its columns are named (mapping.py).

`{"sociarium-people": 1, "people": [{"handle": …, "age": …, "follows": …}, …]}`; values are as the table had them and
are checked here, each time the file is read. A row that fitted no header is `{"problem": reason}`.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.population import ProfileRow, SeedPost
from simapp.scenarios.importers.cells import (
    MAX_HANDLE,
    read_age,
    read_counts,
    read_gender,
    read_handle,
    read_list,
    read_mbti,
    read_words,
)
from simapp.scenarios.importers.findings import (
    MAX_POST,
    MAX_POSTS_PER_USER,
    MAX_ROWS,
    MAX_TEXT,
    Missing,
    PeopleImport,
    SkippedRow,
)

MARK, VERSION = "sociarium-people", 1
FORMAT = "people"
_BETWEEN = re.compile(r"[\s,;|]+")
MAX_TRAITS = 200


def is_people_rows(content: Any) -> bool:
    """Whether parsed JSON is a file of this kind."""
    return isinstance(content, dict) and MARK in content


def read_people_rows(content: dict[str, Any], *, name: str, sha256: str) -> PeopleImport:
    """Return the people of the file; WrongInput when nobody in it is usable."""
    listed = content.get("people")
    if content[MARK] != VERSION or not isinstance(listed, list):
        raise WrongInput(f"The file is not of the kind {MARK} {VERSION}; it needs a list people.")
    if len(listed) > MAX_ROWS:
        raise WrongInput(f"The file lists {len(listed)} users; at most {MAX_ROWS} are accepted.")
    reader = _Reader()
    for number, item in enumerate(listed):
        reader.take(number, item)
    return reader.finish(name, sha256, content.get("unread"))


class _Reader:
    """Collects people, then resolves whom they follow, who may come later in the file."""

    def __init__(self) -> None:
        self.profiles: list[ProfileRow] = []
        self.ages: list[int] = []
        self.genders: list[int] = []
        self.hourly: list[list[float]] = []
        self.posts: list[SeedPost] = []
        self.rows: list[int] = []
        self.lists: list[list[str]] = []
        self.taken: dict[str, int] = {}
        self.called: dict[str, int] = {}
        self.skipped: list[SkippedRow] = []
        self.count = 0

    def skip(self, row: int, reason: str, part: Missing = "user") -> None:
        self.skipped.append(SkippedRow(row, reason, part))

    def take(self, number: int, item: Any) -> None:
        """Read one row; what cannot be used is noted in `skipped`."""
        self.count = number + 1
        handle = read_handle(item.get("handle")) if isinstance(item, dict) else ""
        reason = self._unusable(item, handle)
        if reason:
            self.skip(number, reason)
            return
        user = len(self.profiles)
        self.taken[handle.casefold()] = number
        self.called.setdefault(read_words(item.get("id"), MAX_HANDLE).casefold() or handle.casefold(), user)
        self.rows.append(number)
        self.profiles.append(_profile(item, handle))
        age = read_age(item.get("age"))
        if age is None:
            self.skip(number, f"Its age is {str(item['age'])[:40]!r}, not 1 to 120; it is unknown.", "field")
        self.ages.append(age or 0)
        self.genders.append(read_gender(item.get("gender")))
        self._activity(number, item.get("hourly"))
        self._posts(number, user, item.get("posts"))
        self.lists.append(self._named(number, item.get("follows")))

    def _unusable(self, item: Any, handle: str) -> str:
        if not isinstance(item, dict):
            return f"It is no group of fields but {repr(item)[:40]}."
        if "problem" in item:
            return read_words(item["problem"], 200) or "It did not fit the header."
        if not handle:
            return "Its handle is empty."
        if len(handle) > MAX_HANDLE:
            return f"Its handle is longer than {MAX_HANDLE} characters."
        if handle.casefold() in self.taken:
            return f"Its handle {handle} is taken by row {self.taken[handle.casefold()]} already."
        return ""

    def _activity(self, number: int, value: Any) -> None:
        counts = read_counts(value)
        if isinstance(counts, str):
            self.skip(number, f"Its hourly {counts}.", "activity")
            counts = []
        self.hourly.append(counts or [math.nan] * 24)

    def _posts(self, number: int, user: int, value: Any) -> None:
        listed = value if isinstance(value, list) else [value]
        if isinstance(value, str) and value.lstrip().startswith("["):
            found = read_list(value)
            listed = listed if isinstance(found, str) else found
        for i, post in enumerate(listed):
            text = read_words(post, MAX_POST + 1)
            if i >= MAX_POSTS_PER_USER:
                self.skip(number, f"It has {len(listed)} posts; {MAX_POSTS_PER_USER} were read.", "post")
                return
            if len(text) > MAX_POST:
                self.skip(number, f"Its post {i} is longer than {MAX_POST} characters.", "post")
            elif text:
                self.posts.append(SeedPost(author=user, text=text))

    def _named(self, number: int, value: Any) -> list[str]:
        """Return the names in a follow list: a list, or words with blanks, commas, semicolons or bars between."""
        if isinstance(value, str) and not value.lstrip().startswith("["):
            return [word.lstrip("@").casefold() for word in _BETWEEN.split(value) if word.lstrip("@")]
        found = read_list(value)
        if isinstance(found, str):
            self.skip(number, f"Its follows {found}.", "follow")
            return []
        return ["_".join(str(one).lstrip("@").split()).casefold() for one in found]

    def _follows(self) -> tuple[list[int], list[int]]:
        follower: list[int] = []
        followee: list[int] = []
        handles = {profile.handle.casefold(): user for user, profile in enumerate(self.profiles)}
        for user, names in enumerate(self.lists):
            seen: set[int] = set()
            unknown: list[str] = []
            for name in names:
                other = self.called.get(name, handles.get(name))
                if other is None:
                    unknown.append(name[:20])
                elif other != user and other not in seen:
                    seen.add(other)
                    follower.append(user)
                    followee.append(other)
            if unknown:
                more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
                words = ", ".join(unknown[:5]) + more
                self.skip(self.rows[user], f"Its follows name users that the file does not have: {words}.", "follow")
        return follower, followee

    def finish(self, name: str, sha256: str, unread: Any) -> PeopleImport:
        """Return what was read; WrongInput when no user is left."""
        if not self.profiles:
            why = f"; the first was skipped because: {self.skipped[0]}" if self.skipped else "."
            raise WrongInput(f"The file has no usable user among {self.count} rows{why}")
        follower, followee = self._follows()
        columns = [read_words(one, 40) for one in unread[:20]] if isinstance(unread, list) else []
        said = f"Columns not kept, because users have no such field: {', '.join(columns)}."
        users = len(self.profiles)
        return PeopleImport(
            format=FORMAT,
            name=name,
            sha256=sha256,
            profiles=self.profiles,
            age=np.array(self.ages, np.int16),
            gender=np.array(self.genders, np.uint8),
            hourly=np.array(self.hourly, np.float64).reshape(users, 24),
            follower=np.array(follower, np.int32),
            followee=np.array(followee, np.int32),
            seed_posts=self.posts,
            rows=np.array(self.rows, np.int32),
            skipped=sorted(self.skipped, key=lambda one: one.row),
            notes=[said] if columns else [],
        )


def _profile(item: dict[str, Any], handle: str) -> ProfileRow:
    traits = item.get("traits")
    lines = [read_words(item.get("persona"), MAX_TEXT)]
    if isinstance(traits, dict):
        some = list(traits.items())[:MAX_TRAITS]
        lines += [f"{read_words(key, 60)}: {read_words(value, 500)}" for key, value in some]
    return ProfileRow(
        handle=handle,
        name=read_words(item.get("name"), MAX_HANDLE).replace("\n", " ") or handle,
        bio=read_words(item.get("bio"), MAX_TEXT),
        persona="\n".join(line for line in lines if line)[:MAX_TEXT],
        country=read_words(item.get("country"), 60).replace("\n", " "),
        mbti=read_mbti(item.get("mbti")),
    )
