"""OASIS's Reddit users: a JSON list of personas.

Fields read per persona: `username` (required), `realname`, `bio`, `persona`, `age`, `gender`, `mbti`,
`country` (camel-ai/oasis, `user_data_36.json`). The format has no follows, posts or activity.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.population import ProfileRow
from simapp.scenarios.importers.cells import (
    MAX_HANDLE,
    read_age,
    read_gender,
    read_handle,
    read_mbti,
    read_words,
)
from simapp.scenarios.importers.findings import MAX_ROWS, MAX_TEXT, PeopleImport, SkippedRow

FORMAT = "oasis-reddit"


def read_oasis_reddit(listed: list[Any], *, name: str, sha256: str) -> PeopleImport:
    """Return the people of a Reddit JSON list; WrongInput when nobody in it is usable."""
    if len(listed) > MAX_ROWS:
        msg = f"The file lists {len(listed)} users; at most {MAX_ROWS} are accepted."
        raise WrongInput(msg)
    profiles: list[ProfileRow] = []
    ages: list[int] = []
    genders: list[int] = []
    rows: list[int] = []
    skipped: list[SkippedRow] = []
    taken: dict[str, int] = {}
    for number, item in enumerate(listed):
        handle = read_handle(item.get("username")) if isinstance(item, dict) else ""
        reason = _unusable(item, handle, taken)
        if reason:
            skipped.append(SkippedRow(number, reason))
            continue
        taken[handle.casefold()] = number
        age = read_age(item.get("age"))
        if age is None:
            shown = repr(item["age"])[:40]
            skipped.append(SkippedRow(number, f"Its age is {shown}, not 1 to 120; it is unknown.", "field"))
        rows.append(number)
        ages.append(age or 0)
        genders.append(read_gender(item.get("gender")))
        profiles.append(_profile(item, handle))
    if not profiles:
        why = f"; the first was skipped because: {skipped[0]}" if skipped else "."
        msg = f"The file has no usable user among {len(listed)} entries{why}"
        raise WrongInput(msg)
    none = np.empty(0, np.int32)
    return PeopleImport(
        format=FORMAT,
        name=name,
        sha256=sha256,
        profiles=profiles,
        age=np.array(ages, np.int16),
        gender=np.array(genders, np.uint8),
        hourly=np.full((len(profiles), 24), np.nan),
        follower=none,
        followee=none,
        seed_posts=[],
        rows=np.array(rows, np.int32),
        skipped=skipped,
        notes=[
            "The format has no follows, earlier posts or activity; activity is drawn as the scenario says."
        ],
    )


def _unusable(item: Any, handle: str, taken: dict[str, int]) -> str:
    if not isinstance(item, dict):
        return f"It is no group of fields but {repr(item)[:40]}."
    if "username" not in item:
        return "It has no username."
    if not handle:
        return "Its username is empty."
    if len(handle) > MAX_HANDLE:
        return f"Its username is longer than {MAX_HANDLE} characters."
    if handle.casefold() in taken:
        return f"Its username {handle} is taken by row {taken[handle.casefold()]} already."
    return ""


def _profile(item: dict[str, Any], handle: str) -> ProfileRow:
    return ProfileRow(
        handle=handle,
        name=read_words(item.get("realname"), MAX_HANDLE).replace("\n", " ") or handle,
        bio=read_words(item.get("bio"), MAX_TEXT),
        persona=read_words(item.get("persona"), MAX_TEXT),
        country=read_words(item.get("country"), 60).replace("\n", " "),
        mbti=read_mbti(item.get("mbti")),
    )
