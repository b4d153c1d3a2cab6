"""The JSON schema of a reply, for servers and decoders that constrain what a model can write.

It allows what `read_answer` accepts of one question: its options, the posts and comments that it numbers, its topics.
Objects are closed and all their members required, as strict modes ask for.
"""

from __future__ import annotations

from typing import Any

from agents.acts import (
    ARGUING,
    IN_GROUP,
    KNOWN,
    LONGEST_TEXT,
    MOST_DEEDS,
    ON_AUTHOR,
    ON_COMMENT,
    ON_GROUP,
    ON_POST,
    ON_PRODUCT,
    WITH_TEXT,
)
from agents.asking import Question


def answer_schema(question: Question) -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12, as plain data) of replies to `question`.

    Acts that need a post or comment where none is shown are left out.
    """
    posts = [str(number) for number in range(1, question.posts + 1)]
    comments = [
        f"{post}.{comment}"
        for post, shown in enumerate(question.comments, 1)
        for comment in range(1, shown + 1)
    ]
    alike: dict[tuple[str, ...], list[str]] = {}
    for name in question.options:
        alike.setdefault(_form(name, question), []).append(name)
    acts = []
    for form, names in alike.items():
        members: dict[str, Any] = {"act": {"type": "string", "enum": names}}
        places = {"post": posts, "comment": comments, "author": posts + comments}
        places |= {
            kind: listed_names(names[0], question) for kind in ("other", "own", "product") if kind in form
        }
        named = next((places[part] for part in form if part in places), None)
        if named is not None:
            if not named:
                continue
            members["on"] = {"type": "string", "enum": named}
        if "topic" in form:
            members["topic"] = {"type": "string", "enum": list(question.topics)}
        if "stance" in form:
            members["stance"] = {"type": "number", "minimum": -1, "maximum": 1}
        if "text" in form:
            members["text"] = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
        elif "words" in form:
            members["text"] = {"type": "string", "maxLength": LONGEST_TEXT}
        acts.append(_closed(members))
    return _closed({"do": {"type": "array", "maxItems": MOST_DEEDS, "items": {"anyOf": acts}}})


def _form(name: str, question: Question) -> tuple[str, ...]:
    """Return what an act of this name has besides it."""
    if name not in KNOWN:  # an action of another package: whatever it takes
        return ("author", "words") if question.posts else ("words",)
    form = []
    if name in ON_POST:
        form.append("post")
    elif name in ON_COMMENT:
        form.append("comment")
    elif name in ON_AUTHOR:
        form.append("author")
    elif name in ON_GROUP:
        form.append("own" if name in IN_GROUP else "other")
    elif name in ON_PRODUCT:
        form.append("product")
    if question.topics and name in ARGUING:
        form += ["topic", "stance"] if name == "create_post" else ["stance"]
    if name in WITH_TEXT:
        form.append("text")
    return tuple(form)


def listed(name: str, question: Question) -> range:
    """Return the numbers of the groups or products that an act of this name can be about."""
    if name in ON_PRODUCT:
        return range(1, question.products + 1)
    return (
        range(1, question.joined + 1) if name in IN_GROUP else range(question.joined + 1, question.groups + 1)
    )


def listed_names(name: str, question: Question) -> list[str]:
    """Return them as a reply names them: "g1", "p1"."""
    letter = "p" if name in ON_PRODUCT else "g"
    return [f"{letter}{number}" for number in listed(name, question)]


def _closed(members: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }
