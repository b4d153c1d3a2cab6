"""The form of a reply, and the reader that takes it apart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from agents.asking import Question

MOST = 4
"""Acts per reply, at most."""


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
    """What could be read of a reply: deeds in their order, and `problem`, one sentence where nothing could."""

    deeds: tuple[Deed, ...] = ()
    problem: str = ""


def read_answer(text: str, question: Question) -> Answer:
    """Read a reply; only acts among the question's options count."""
    start, end = text.find("{"), text.rfind("}")
    try:
        held = json.loads(text[start : end + 1]) if 0 <= start < end else None
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, dict) or not isinstance(held.get("do"), list):
        return Answer(problem='The reply holds no object of the form {"do": [...]}.')
    deeds = [
        Deed(act["act"])
        for act in held["do"][:MOST]
        if isinstance(act, dict) and act.get("act") in question.options and act["act"] != "do_nothing"
    ]
    return Answer(tuple(deeds))


def answer_schema(question: Question) -> dict[str, Any]:
    """Return the JSON schema of replies to a question."""
    act = {
        "type": "object",
        "properties": {
            "act": {"type": "string", "enum": list(question.options)},
            "on": {"type": "string"},
            "text": {"type": "string"},
        },
        "required": ["act"],
    }
    return {
        "type": "object",
        "properties": {"do": {"type": "array", "maxItems": MOST, "items": act}},
        "required": ["do"],
        "additionalProperties": False,
    }
