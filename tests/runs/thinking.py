"""Runs with models: a document, a model that answers from the question alone, and a queue without a broker."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from agents.asking import ModelAway, Question, Reply, Sampling
from simapp.models import Run
from simapp.runs import answering, tasks


def models(*tiers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the `minds.models` of a document."""
    return {"tiers": list(tiers), **more}


def endpoint(users: int, model: str = "oracle") -> dict[str, Any]:
    """Return a rule that lets so many users think with an endpoint."""
    return {"tier": "endpoint", "model": model, "who": {"kind": "count", "users": users}}


@dataclass
class Oracle:
    """Answers every question from its content: likes the top post, follows nobody, sometimes writes."""

    name: str = "oracle@1"
    asked: list[int] = field(default_factory=list)
    tokens: int = 100

    def answer(self, questions: Sequence[Question], sampling: Sampling) -> list[Reply]:
        """Return one reply per question; every eighth cannot be read."""
        self.asked += [question.user for question in questions]
        return [self._reply(question) for question in questions]

    def _reply(self, question: Question) -> Reply:
        draw = hashlib.sha256(question.own.encode()).digest()
        if draw[0] % 8 == 0:
            return Reply("", "abstained", self.name, self.tokens, 9, problem="it was no JSON", first="maybe", tries=2)
        acts: list[dict[str, Any]] = []
        if question.posts and "like_post" in question.options:
            acts.append({"act": "like_post", "on": "1"})
        if draw[1] % 3 == 0:
            acts.append({"act": "create_post", "stance": draw[2] / 255, "text": f"I say {draw[3]}."})
        return Reply(json.dumps({"do": acts}), "answered", self.name, self.tokens, 10, seconds=0.25, cost=0.001)


@dataclass
class Away:
    """A model that cannot be asked."""

    name: str = "away@1"

    def answer(self, questions: Sequence[Question], sampling: Sampling) -> list[Reply]:
        """Raise."""
        raise ModelAway("the server does not answer")


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Return what lets a model answer batches at once, in the place of a worker behind a broker."""

    def by(model: Any) -> None:
        def decide(keys: tuple[int], **_: Any) -> None:
            answering.answer_batch(keys[0], model_of=lambda *_: model)

        monkeypatch.setattr(tasks.decide_batch, "apply_async", decide)

    monkeypatch.setattr("simapp.runs.services.note_prices", lambda *_: {})
    monkeypatch.setattr("simapp.runs.forks.note_prices", lambda *_: {})
    return by


def replies(run: Run) -> list[tuple[Any, ...]]:
    """Return what a run's models answered, in order."""
    from simapp.models import ModelReply

    rows = ModelReply.objects.filter(run_id=run.rows).order_by("step", "user_id")
    return list(rows.values_list("step", "user_id", "tier", "outcome", "text", "tokens_in", "cached"))
