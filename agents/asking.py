"""What a language model is asked, and what it answers: the one shape that all model tiers share.

A question is one decision of one user as text; a reply is what a model said to it, in the same JSON form whoever said
it (see agents/answers.py), with what it cost. Replies are inputs of a run: they are recorded once, and from then
on they are facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Protocol

TOKEN_CHARACTERS = 4
"""Characters per token where no tokenizer is at hand: tokens = characters / 4, rounded up."""


def estimated_tokens(text: str) -> int:
    """Return the number of tokens that `text` is counted as before a model has counted it."""
    return -(-len(text) // TOKEN_CHARACTERS)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model draws: temperature >= 0 (0 = the likeliest), top_p in (0, 1], most tokens of a reply."""

    temperature: float = 0.8
    top_p: float = 0.95
    max_tokens: int = 160


@dataclass(frozen=True, slots=True)
class Question:
    """One decision that a model is asked for.

    user: its id; of an archetype's question -1 - (its number among the step's archetype questions).
    shared: text that all users of a scenario share, and nothing of a user or a feed; own: what follows it.
    options: names of the actions that may be chosen, in the order drawn for this call, the one in which `own` lists
    them; of a decision "do_nothing" is among them. posts: how many posts `own` numbers, 1 is the top of the
    feed; comments[i]: how many comments it numbers under post i + 1. topics: names that may be written about, () = no
    topic is asked for.
    groups: how many groups it numbers, from "g1" on, of which the user is in the first `joined`; products: how many
    products, from "p1" on.
    seed: 63 bits from the user's stream, for the model's sampling. template: 16 hex digits of the templates' hash.
    """

    user: int
    shared: str
    own: str
    options: tuple[str, ...]
    posts: int
    comments: tuple[int, ...]
    topics: tuple[str, ...]
    seed: int
    template: str
    groups: int = 0
    joined: int = 0
    products: int = 0

    def key(self, model: str, sampling: Sampling) -> bytes:
        """Return the 32-byte content address of what `model` (name and revision) answers to this."""
        state = _head(model, self.template, self.shared, self.topics, sampling).copy()
        _put(state, self.own, repr((self.options, self.posts, self.comments, self.seed)))
        if self.groups or self.products:
            _put(state, repr((self.groups, self.joined, self.products)))
        digest: bytes = state.digest()
        return digest

    @property
    def tokens(self) -> int:
        """Input tokens, estimated."""
        return estimated_tokens(self.shared) + self.tokens_unshared

    @property
    def tokens_unshared(self) -> int:
        """Input tokens that are not part of what all users share, estimated."""
        return estimated_tokens(self.own)


@lru_cache(maxsize=64)
def _head(model: str, template: str, shared: str, topics: tuple[str, ...], sampling: Sampling) -> Any:
    """Return the hash state of what all questions of a batch have in common: most of a key's cost."""
    state = hashlib.sha256()
    _put(state, model, template, shared, repr(topics), repr(sampling))
    return state


def _put(state: Any, *parts: str) -> None:
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        state.update(b"%d:" % len(data))
        state.update(data)


Outcome = Literal["answered", "abstained", "late", "over"]
"""abstained: could not be read, twice; late: none came in the time that a step waits; over: a limit forbade it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said to one question.

    text: the JSON form, "" unless outcome is "answered"; a model answers or abstains, the other outcomes are the
    run's. problem says in one sentence what failed (it never holds a key or a header). tokens_in, tokens_out: as the
    model counted them over all tries, else estimated; tokens_cached: of tokens_in, those that the server took from a
    prefix cache. seconds: from asking to answer. tries: calls made, 0 where the reply cache knew it. first: the raw
    text of a first try that could not be read, "" else.
    """

    text: str
    outcome: Outcome
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    seconds: float = 0.0
    tries: int = 1
    cost: float = 0.0
    problem: str = ""
    first: str = ""


class ModelAway(Exception):
    """The model cannot be asked now (no server, breaker open, worker lost): the batch goes elsewhere, whole."""


class Model(Protocol):
    """Answers questions. Implemented in agents/inference: endpoint and local.

    name: what replies are filed under: the model's name and revision, never a key. A question whose answer cannot be
    read is asked once more and then abstained from, as its reply says; `answer` raises only ModelAway.
    """

    name: str

    def answer(self, questions: Sequence[Question], sampling: Sampling) -> list[Reply]:
        """Return one reply per question, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way: which tier and model it goes to, and why that tier was chosen (a word or two)."""

    question: Question
    tier: str
    model: str
    reason: str


class Asker(Protocol):
    """Takes a step's questions to the models and brings the replies. Implemented in simapp/runs: batches on the
    `decisions` queue, the input log, the reply cache. Raises nothing a mind could mend."""

    def ask(self, step: int, asked: Sequence[Asked]) -> list[Reply]:
        """Return one reply per question, in their order; what was recorded is not asked again."""
        ...
