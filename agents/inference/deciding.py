"""A reply that cannot be read is asked for once more, and then abstained from: the same for every model.

A `Case` is one question on its way. Whoever talks to a model (one call at a time or a batch on a GPU) asks what
`asking` says, hands what came back to `take`, and goes on while the case is `open`:

    case = Case(question, model.name)
    while case.open:
        case.take(Said(text=..., tokens_in=...))
    return case.reply(seconds=...)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from agents.answers import read_answer
from agents.asking import Question, Reply, estimated_tokens

READINGS = 2
"""How often a question is asked before it is abstained from."""
MOST_SEEDS = 2**63
MOST_FIRST = 4000
"""Characters that are kept of a first try."""


@dataclass(frozen=True, slots=True)
class Said:
    """What came back of asking once.

    text: as the model said it, without its reasoning. problem: one sentence where nothing was said at all, "" else;
    such a case is over, whoever asked has tried again already. note: what may explain a text that cannot be read
    ("cut at 160 tokens"). tokens_in, tokens_out: as counted, None = estimate them. calls: requests that it took.
    model: who said it, where several models answer under one name.
    """

    text: str = ""
    problem: str = ""
    note: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_cached: int = 0
    cost: float = 0.0
    calls: int = 1
    model: str = ""


@dataclass
class Case:
    """One question until it is answered or abstained from; tokens, cost and calls add up over all tries."""

    question: Question
    model: str
    open: bool = True
    _text: str = ""
    _problem: str = ""
    _first: str = ""
    _unread: int = 0
    _calls: int = 0
    _tokens: list[int] = field(default_factory=lambda: [0, 0, 0])
    _cost: float = 0.0

    @property
    def asking(self) -> Question:
        """The question as it is to be asked now: with the next seed once a reply could not be read."""
        if not self._unread:
            return self.question
        return replace(self.question, seed=(self.question.seed + self._unread) % MOST_SEEDS)

    def take(self, said: Said) -> None:
        """Take what came back: it closes the case, unless it cannot be read and may be asked for once more."""
        self._count(said)
        problem = said.problem or read_answer(said.text, self.question).problem
        if not problem:
            self._text, self._problem, self.open = said.text, "", False
            self.model = said.model or self.model
            return
        self._problem = f"{problem} {said.note}".strip()
        if said.problem:
            self.open = False
            return
        if not self._unread:
            self._first = said.text[:MOST_FIRST]
        self._unread += 1
        self.open = self._unread < READINGS

    def reply(self, seconds: float = 0.0) -> Reply:
        """Return the reply of a closed case."""
        return Reply(
            text=self._text,
            outcome="abstained" if self._problem else "answered",
            model=self.model,
            tokens_in=self._tokens[0],
            tokens_out=self._tokens[1],
            tokens_cached=self._tokens[2],
            seconds=seconds,
            tries=self._calls,
            cost=self._cost,
            problem=self._problem,
            first=self._first,
        )

    def _count(self, said: Said) -> None:
        self._calls += said.calls
        self._cost += said.cost
        # Where nothing was said and nothing counted, nothing is known to have been read either.
        silent = bool(said.problem)
        tokens_in, tokens_out = said.tokens_in, said.tokens_out
        if tokens_in is None:
            tokens_in = 0 if silent else self.question.tokens
        if tokens_out is None:
            tokens_out = 0 if silent else estimated_tokens(said.text)
        for place, tokens in enumerate((tokens_in, tokens_out, min(said.tokens_cached, tokens_in))):
            self._tokens[place] += tokens


def decide(
    questions: Sequence[Question],
    model: str,
    say: Callable[[Sequence[Question]], Sequence[Said]],
    clock: Callable[[], float],
) -> list[Reply]:
    """Ask all at once, then those again whose reply could not be read; return one reply per question, in order.

    For models that answer a whole batch in one go. `clock`: seconds, for what the replies say they took.
    """
    cases = [Case(question, model) for question in questions]
    seconds = [0.0] * len(cases)
    while waiting := [place for place, case in enumerate(cases) if case.open]:
        began = clock()
        said = say([cases[place].asking for place in waiting])
        took = clock() - began
        for place, one in zip(waiting, said, strict=True):
            cases[place].take(one)
            seconds[place] += took
    return [case.reply(spent) for case, spent in zip(cases, seconds, strict=True)]
