"""The form of a reply, and the reader that takes it apart.

    {"do":[{"act":"like_post","on":"2"},{"act":"create_post","topic":"economy","stance":0.4,"text":"..."}]}

"on" names a post by its number in the prompt, a comment as "2.1", a group as "g1", a product as "p1".
What a model wrote is untrusted: the reader raises nothing, takes only acts among the question's options, and invents
none.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agents.acts import (
    ARGUING,
    KNOWN,
    LONGEST_TEXT,
    MOST_DEEDS,
    NOTHING,
    ON_AUTHOR,
    ON_COMMENT,
    ON_GROUP,
    ON_POST,
    ON_PRODUCT,
    WITH_TEXT,
)
from agents.answer_schema import answer_schema, listed
from agents.asking import Question
from agents.cleaning import clean
from agents.salvage import Unreadable, salvage

__all__ = ["Answer", "Deed", "answer_schema", "count_faults", "read_answer"]

LONGEST_REPLY = 16_384  # characters of a reply that are read
_ON = re.compile(r"\D{0,8}?(\d{1,4})(?:\s*\.\s*(\d{1,3}))?\D{0,3}")
_LISTED = re.compile(r"([a-z]*)\W{0,2}(\d{1,3})")
_NAMES = ("act", "action", "name", "type")
_ONS = ("on", "post", "comment", "post_id", "comment_id", "target", "number")
_TEXTS = ("text", "content", "quote_content", "comment_text", "query", "report_reason", "message", "body")
_INSIDE = ("arguments", "args", "parameters", "input")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a user chose to do.

    action: a name among the question's options. post: number of the post it is about, from 1 (0 none); comment:
    number of the comment under that post, from 1 (0 none). A follow or mute is of that post's or comment's author.
    group, product: number of the group or product it is about, from 1 (0 none).
    text: what is written or searched for, cleaned. topic: index into the question's topics (-1 unknown). stance: what
    the text argues in [-1, 1], None where the user did not say.
    """

    action: str
    post: int = 0
    comment: int = 0
    text: str = ""
    topic: int = -1
    stance: float | None = None
    group: int = 0
    product: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reply says: deeds in its order, () = to do nothing.

    problem: one sentence where nothing usable could be read, else ""; deeds is () then, and no decision may be made
    of it. faults: a word for each thing in the reply that was not usable, the problem's included: "empty",
    "unreadable", "wrong_type", "not_offered", "no_target", "no_text", "too_many".
    """

    deeds: tuple[Deed, ...] = ()
    problem: str = ""
    faults: tuple[str, ...] = ()


def read_answer(text: str, question: Question) -> Answer:
    """Return what `text` answers to `question`. Never raises, whatever the text."""
    try:
        said = json.loads(text) if len(text) <= LONGEST_REPLY else _salvaged(text)
    except (ValueError, RecursionError):
        try:
            said = _salvaged(text)
        except Unreadable as problem:
            return Answer(problem=str(problem), faults=("unreadable" if text.strip() else "empty",))
    return _answer(said, question)


def _salvaged(text: str) -> Any:
    return salvage(text[:LONGEST_REPLY])


def count_faults(answers: Iterable[Answer]) -> Counter[str]:
    """Return how often each fault was met."""
    return Counter(fault for answer in answers for fault in answer.faults)


def _answer(said: Any, question: Question) -> Answer:
    acts = said
    if isinstance(said, dict):
        acts = said.get("do", said.get("acts", said.get("actions")))
        if acts is None and not said.keys().isdisjoint(_NAMES):
            acts = [said]
    if isinstance(acts, str | dict):
        acts = [acts]
    if not isinstance(acts, list):
        return Answer(problem='The reply has no list of acts under "do".', faults=("wrong_type",))
    deeds: list[Deed] = []
    faults: list[str] = []
    nothing = not acts
    for act in acts[: 4 * MOST_DEEDS]:
        deed = _deed(act, question)
        if isinstance(deed, str):
            faults.append(deed)
        elif deed.action == NOTHING:
            nothing = True
        elif len(deeds) == MOST_DEEDS:
            faults.append("too_many")
        elif deed not in deeds:
            deeds.append(deed)
    if not deeds and not nothing:
        return Answer(problem=_nothing_of(len(acts), sorted(set(faults))), faults=tuple(faults))
    return Answer(tuple(deeds), faults=tuple(faults))


_FAULTS = {
    "not_offered": "is not among the offered actions",
    "no_target": "is about nothing that was shown",
    "no_text": "has no text",
    "wrong_type": "does not name an action",
}


def _nothing_of(acts: int, faults: list[str]) -> str:
    """Return the sentence for a reply of whose `acts` none can be done."""
    if faults == ["not_offered"]:
        return "The reply chose none of the offered actions."
    why = " or ".join(_FAULTS.get(fault, fault) for fault in faults)
    if acts == 1:
        return f"The only act of the reply {why}."
    return f"None of the {acts} acts of the reply can be done: each {why}."


def _deed(act: Any, question: Question) -> Deed | str:
    """Return one act as a deed, or the word for what is wrong with it."""
    members = _members(act)
    name = _first(members, _NAMES)
    if not isinstance(name, str):
        return "wrong_type"
    if name not in question.options:
        name = "_".join(name.lower().replace("-", " ").split())
        if name not in question.options:
            return "not_offered"
    if name == NOTHING:
        return Deed(NOTHING)
    if name in ON_GROUP or name in ON_PRODUCT:
        return _listed(name, members, question)
    place = _target(name, members, question)
    if place is None:
        return "no_target"
    known = name in KNOWN
    if known and name not in WITH_TEXT:
        return Deed(name, *place)
    words = _first(members, _TEXTS)
    words = clean(words, LONGEST_TEXT) if isinstance(words, str) else ""
    if known and not words:
        return "no_text"
    if known and name not in ARGUING:
        return Deed(name, *place, text=words)
    topic = _topic(members.get("topic"), question.topics) if name == "create_post" or not known else -1
    return Deed(name, *place, words, topic, _stance(members.get("stance")))


def _listed(name: str, members: dict[str, Any], question: Question) -> Deed | str:
    """Return an act on a group or product that the prompt lists, or the word for what is wrong with it."""
    kind = "group" if name in ON_GROUP else "product"
    fitting = listed(name, question)
    said = _first(members, (*_ONS[:1], kind, f"{kind}_id", *_ONS[1:]))
    if said is None and len(fitting) == 1:
        number = fitting[0]
    else:
        found = _LISTED.fullmatch(str(said).strip().lower()[:24])
        if found is None or found[1] not in ("", kind[0], kind) or int(found[2]) not in fitting:
            return "no_target"
        number = int(found[2])
    if kind == "product":
        return Deed(name, product=number)
    words = _first(members, _TEXTS)
    words = clean(words, LONGEST_TEXT) if isinstance(words, str) and name in WITH_TEXT else ""
    return "no_text" if name in WITH_TEXT and not words else Deed(name, text=words, group=number)


def _members(act: Any) -> dict[str, Any]:
    """Return what an act says, by name: also where it is a mere name, or a call with arguments."""
    if isinstance(act, str):
        return {"act": act}
    members: dict[str, Any] = act if isinstance(act, dict) else {}
    for inside in _INSIDE:
        if isinstance(members.get(inside), dict):
            return {**members, **members[inside]}
    return members


def _target(name: str, members: dict[str, Any], question: Question) -> tuple[int, int] | None:
    """Return (post, comment) that an act is about, None where it needs one and names none that was shown."""
    on = _first(members, _ONS)
    # Where one post was shown, an act on a post is on that one.
    post, comment = (1, 0) if on is None and question.posts == 1 else _place(on, question)
    if name in ON_POST:
        # Comments are flat: a reply to a comment stands under its post.
        fits = post > 0 and (comment == 0 or name == "create_comment")
        return (post, 0) if fits else None
    if name in ON_COMMENT:
        return (post, comment) if comment else None
    if name in ON_AUTHOR:
        return (post, comment) if post else None
    return (0, 0) if name in WITH_TEXT else (post, comment)


def _first(act: dict[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if name in act:
            return act[name]
    return None


def _place(on: Any, question: Question) -> tuple[int, int]:
    """Return (number of the post, number of the comment), 0 for none or for one that was not shown."""
    if isinstance(on, bool) or not isinstance(on, str | int | float):
        return 0, 0
    if isinstance(on, str):
        found = _ON.fullmatch(on.strip()[:24])
    else:
        found = _ON.fullmatch(f"{on:g}" if abs(on) < 10_000 else "")
    if found is None:
        return 0, 0
    post, comment = int(found[1]), int(found[2] or 0)
    if not 1 <= post <= question.posts:
        return 0, 0
    shown = question.comments[post - 1] if post <= len(question.comments) else 0
    return (post, comment) if comment <= shown else (0, 0)


def _topic(named: Any, topics: tuple[str, ...]) -> int:
    if isinstance(named, str):
        if named in topics:
            return topics.index(named)
        folded = named.strip().lower()
        for place, topic in enumerate(topics):
            if topic.lower() == folded:
                return place
    return -1


def _stance(said: Any) -> float | None:
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        return None
    try:
        value = float(said)
    except (ValueError, OverflowError):
        return None
    return min(max(value, -1.0), 1.0) if math.isfinite(value) else None
