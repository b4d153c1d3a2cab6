"""What a reply consists of, line by line, and the lines that may stand at each place.

A model of the local tier fills in a form: the letter of an action; where the action is about something, its number;
for a post, a topic; for what argues, which side; where something is written, the text. Each line but the text is
one of a few, so it is chosen by the model's probabilities, never parsed.
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.acts import ARGUING, NOTHING, ON_AUTHOR, ON_COMMENT, ON_GROUP, ON_POST, ON_PRODUCT, WITH_TEXT
from agents.answer_schema import listed_names
from agents.asking import Question

_ABOUT = ON_POST | ON_COMMENT | ON_AUTHOR | ON_GROUP | ON_PRODUCT
LETTERS = string.ascii_uppercase + string.ascii_lowercase
GRADES = 7
"""Answers to "how much does it argue for": 1 (against) .. 7 (for); grade g is the stance (g - 4) / 3."""


def fields_of(action: str, question: Question) -> tuple[str, ...]:
    """Return the lines that follow the letter of an action: of "on", "topic", "stance", "text"."""
    fields: tuple[str, ...] = ("on",) if action in _ABOUT else ()
    if question.topics and action in ARGUING:
        fields += ("topic", "stance") if action == "create_post" else ("stance",)
    return (*fields, "text") if action in WITH_TEXT else fields


def targets_of(action: str, question: Question) -> list[str]:
    """Return the numbers that the action may name, as the prompt writes them; [] where there are none."""
    if action in ON_GROUP | ON_PRODUCT:
        return listed_names(action, question)
    posts = [str(i + 1) for i in range(question.posts)]
    comments = [f"{i + 1}.{j + 1}" for i, count in enumerate(question.comments) for j in range(count)]
    if action in ON_POST:
        return posts
    if action in ON_COMMENT:
        return comments
    return posts + comments if action in ON_AUTHOR else []


def possible(question: Question) -> list[str]:
    """Return the options that have something to be about, in the question's order."""
    return [
        action
        for action in question.options
        if "on" not in fields_of(action, question) or targets_of(action, question)
    ][: len(LETTERS)]


def rules(topics: Sequence[str]) -> str:
    """Return what all questions with these topics say about the form of a reply; it follows the shared text."""
    named = ", ".join(topics)
    stance = (
        f"; if you post, the topic ({named}); what you argue, 1 (against) to {GRADES} (for)" if topics else ""
    )
    return (
        "\n\nHere reply in lines, not in JSON: the letter of what you do; the number of the post or comment that it is "
        f"about, such as 2 or 2.1{stance}; what you write."
    )


def tail(actions: Sequence[str]) -> str:
    """Return what follows a question's own text: its actions by letter."""
    return "\n\nChoose:\n" + "\n".join(f"{LETTERS[i]} {action}" for i, action in enumerate(actions))


@dataclass
class Line:
    """A line that is one of `candidates` (token ids, each with the line's end), as far as it is known."""

    candidates: list[list[int]]
    left: list[int] = field(init=False)
    length: int = 0

    def __post_init__(self) -> None:
        self.left = list(range(len(self.candidates)))

    def allowed(self) -> list[int]:
        """Return the tokens that may come next, each once, in the candidates' order."""
        return list(dict.fromkeys(self.candidates[i][self.length] for i in self.left))

    def settle(self) -> list[int]:
        """Go on as far as there is one way only; return the tokens of that way."""
        start, first = self.length, self.candidates[self.left[0]]
        while self.length < len(first) and len(self.allowed()) == 1:
            self.length += 1
        return first[start : self.length]

    def take(self, token: int) -> None:
        """Go on with `token`, one of the allowed."""
        self.left = [i for i in self.left if self.candidates[i][self.length] == token]
        self.length += 1

    @property
    def chosen(self) -> int:
        """Which candidate it is, -1 as long as there are several."""
        return self.left[0] if len(self.left) == 1 else -1


@dataclass
class Seat:
    """One question on its way through the form."""

    place: int
    question: Question
    actions: list[str]
    tokens_in: int
    cached: int = 0
    action: str = ""
    on: str = ""
    topic: str = ""
    stance: float | None = None
    text: str = ""
    todo: list[str] = field(default_factory=list)
    line: Line | None = None
    pending: list[int] = field(default_factory=list)
    drawn: int = 0

    def choose(self, number: int, label: int, end: Sequence[int]) -> None:
        """Take action `number`, whose letter is token `label`; `end`: tokens of a line's end."""
        self.action = self.actions[number]
        self.todo = list(fields_of(self.action, self.question))
        self.pending = [label, *end] if self.todo else []
        self.tokens_in += len(self.pending[1:])

    def go_on(self, ids: Callable[[str], list[int]]) -> None:
        """Settle lines as far as no choice is left; `ids` turns a line into tokens, its end included."""
        while self.todo and self.todo[0] != "text":
            if self.line is None:
                self.line = Line([ids(words) for words in self.candidates()])
            forced = self.line.settle()
            self.pending += forced
            self.tokens_in += len(forced)
            if self.line.length < len(self.line.candidates[self.line.left[0]]):
                return
            self._note(self.candidates()[self.line.left[0]])
            self.line = None

    def candidates(self) -> list[str]:
        """Return what the next line may be."""
        name = self.todo[0]
        if name == "on":
            return targets_of(self.action, self.question)
        if name == "topic":
            return list(self.question.topics)
        return [str(grade) for grade in range(1, GRADES + 1)]

    def _note(self, words: str) -> None:
        name = self.todo.pop(0)
        if name == "on":
            self.on = words
        elif name == "topic":
            self.topic = words
        else:
            self.stance = round((int(words) - (GRADES + 1) / 2) / ((GRADES - 1) / 2), 3)

    @property
    def writes(self) -> bool:
        """Whether all lines but the text are known."""
        return self.todo == ["text"]

    def reply(self) -> str:
        """Return the reply in the common JSON form."""
        if self.action == NOTHING:
            return '{"do":[]}'
        deed: dict[str, Any] = {"act": self.action}
        for name in ("on", "topic", "stance", "text"):
            value = getattr(self, name)
            if value not in ("", None):
                deed[name] = value
        return json.dumps({"do": [deed]}, ensure_ascii=False, separators=(",", ":"))

    @property
    def must_write(self) -> bool:
        """Whether the chosen action has words."""
        return self.action in WITH_TEXT

    def clear(self, tokens_in: int) -> None:
        """Go back to the start, before a second try with fewer rows; draws begin anew, so the reply is the same."""
        self.tokens_in, self.drawn, self.line = tokens_in, 0, None
        self.action, self.on, self.topic, self.stance, self.text = "", "", "", None, ""
        self.todo, self.pending = [], []
