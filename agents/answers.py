"""The form of a reply, and the reader that takes it apart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from agents.asking import Question

MOST_ACTS = 4


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a user chose to do.

    action: a name among the question's options. post: number of the post it is about, from 1 (0 none); comment:
    number of the comment under that post, from 1 (0 none). A follow or mute is of that post's or comment's author.
    text: what is written or searched for, cleaned. topic: index into the question's topics (-1 unknown). stance: what
    the text argues in [-1, 1], None where the user did not say.
    """

    action: str
    post: int = 0
    comment: int = 0
    text: str = ""
    topic: int = -1
    stance: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read from a reply: its deeds, in order; `problem` is "" unless nothing usable could be read."""

    deeds: tuple[Deed, ...] = ()
    problem: str = ""


def read_answer(text: str, question: Question) -> Answer:
    """Read a reply of the compact form {"do":[{"act": ..., "on": ..., ...}]} to a question."""
    try:
        found = json.loads(text[text.index("{") : text.rindex("}") + 1])
        entries = found["do"]
        deeds = tuple(deed for entry in entries[:MOST_ACTS] if (deed := _deed(entry, question)) is not None)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Answer(problem=f"The reply is not of the agreed form ({type(error).__name__}).")
    return Answer(deeds)


def _deed(entry: dict[str, Any], question: Question) -> Deed | None:
    action = str(entry.get("act", ""))
    if action == "do_nothing":
        return None
    if action not in question.options:
        msg = "an act that was not offered"
        raise ValueError(msg)
    post, _, comment = str(entry.get("on", "0")).partition(".")
    topic = entry.get("topic")
    return Deed(
        action=action,
        post=int(post),
        comment=int(comment or 0),
        text=str(entry.get("text", "")),
        topic=question.topics.index(topic) if topic in question.topics else -1,
        stance=None if entry.get("stance") is None else float(entry["stance"]),
    )
