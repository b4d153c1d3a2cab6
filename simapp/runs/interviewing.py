"""Who answers an interview: the model with which a user thinks for good, for everybody else the rules' interviewer.

The world is a clone, and what models say goes into the reply cache and into the answers, never into the run: its
limits are not touched, and what an interview cost is said with it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from django.db import connection, transaction
from django.db.models.functions import Now
from django.db.utils import Error

from agents.asking import Asked, Model, ModelAway, Reply, Sampling
from agents.probes import registry as interviewers
from agents.prompting.perception import Perception
from simapp.engine.core.batches import TIERS
from simapp.engine.core.errors import SociariumError
from simapp.engine.core.streams import Streams
from simapp.models import Probe
from simapp.runs import questions
from simapp.runs.answering import replies_of
from simapp.runs.assemble import embedding_cache
from simapp.runs.minds import memory_of, voices
from simapp.scenarios.document import load_scenario

if TYPE_CHECKING:
    from agents.probes.registry import Handles
    from simapp.models import Run
    from simapp.runs.clone import Clone

logger = logging.getLogger(__name__)

ALIVE_SECONDS = 5.0

Finds = Callable[["Run", str, str], Model]


@dataclass
class Heard:
    """What was said: answers and tiers (indices into batches.TIERS) by place of the user, None for who was not asked.

    problems: a sentence for each model that could not be asked. cost: what models answered and took, in words.
    """

    answers: list[str | None]
    tiers: list[int]
    problems: list[str] = field(default_factory=list)
    cost: list[str] = field(default_factory=list)


@dataclass
class Direct:
    """An Asker that asks a model here and now, or takes its reply from the cache; nothing is recorded for the run."""

    run: Run
    sampling: Sampling
    model_of: Finds
    said: list[tuple[Reply, bool]] = field(default_factory=list)

    def ask(self, step: int, asked: Sequence[Asked]) -> list[Reply]:
        """Return one reply per question, all to one model. Raises ModelAway, or what `model_of` raises."""
        keys = [a.question.key(a.model, self.sampling) for a in asked]
        if self.run.answers == "cache":
            found = questions.from_cache(keys, file=self.run.replies_from_id)
            if any(key not in found for key in keys):
                raise ModelAway("this run takes replies from a cache, which holds none to this question")
            replies, cached = [found[key] for key in keys], [True] * len(keys)
        else:
            model = self.model_of(self.run, asked[0].tier, asked[0].model)
            replies, cached = replies_of(model, asked, keys, self.sampling)
            fresh = [i for i, known in enumerate(cached) if not known]
            with transaction.atomic():
                kept = [[column[i] for i in fresh] for column in (list(asked), keys, replies)]
                questions.keep_in_cache(*kept)
        self.said += zip(replies, cached, strict=True)
        return replies

    def cost(self, name: str) -> str:
        """Return what was said and what it took, in words; replies from the cache take nothing."""
        new = [reply for reply, cached in self.said if not cached]
        tokens, money = sum(r.tokens_in + r.tokens_out for r in new), sum(r.cost for r in new)
        known = len(self.said) - len(new)
        from_cache = f", {known} of them from the reply cache" if known else ""
        paid = f" for {money:.4g} of money" if money else ""
        count = "1 reply" if len(self.said) == 1 else f"{len(self.said)} replies"
        return f"{name}: {count}{from_cache}, {tokens} tokens{paid}"


def hear(probe: Probe, clone: Clone, handles: Handles, model_of: Finds) -> Heard:
    """Return what the users of an interview say in `clone`. A model that cannot be asked is a problem of its users."""
    users = np.array(probe.users, np.int32)
    heard = Heard([None] * len(users), [TIERS.index("rules")] * len(users))
    document = load_scenario(clone.run.scenario_version.document)
    models, world = document.minds.models, clone.world
    speaks = voices(models, world, users, Streams(clone.run.seed)) if models else [None] * len(users)
    for voice in dict.fromkeys(speaks):
        rows = [row for row, whose in enumerate(speaks) if whose == voice]
        if voice is None or models is None:
            said = interviewers.load("rules")(handles).ask(world, users[rows], probe.prompt, clone.streams)
        else:
            tier, label = voice
            asker = Direct(probe.run, Sampling(**models.sampling.model_dump()), model_of)
            memory = memory_of(models, world.clock, embedding_cache())
            seen = Perception(**models.perception.model_dump())
            interviewer = interviewers.load(tier)(asker, label, memory, seen)
            try:
                with _alive(probe.pk, f"asking {label}"):
                    said = interviewer.ask(world, users[rows], probe.prompt, clone.streams)
            except (ModelAway, SociariumError) as problem:
                heard.problems.append(_sentence(label, len(rows), problem))
                continue
            heard.cost.append(asker.cost(label))
            logger.info("interview %s: %s", probe.pk, heard.cost[-1])
            for row in rows:
                heard.tiers[row] = TIERS.index(tier)
        for row, words in zip(rows, said, strict=True):
            heard.answers[row] = words
    return heard


def _sentence(label: str, users: int, problem: Exception) -> str:
    who = "1 user" if users == 1 else f"{users} users"
    return f"{label} could not be asked about {who}: {str(problem).rstrip('.')}."


@contextmanager
def _alive(probe_id: int, doing: str) -> Iterator[None]:
    """Say from a thread that the worker lives: a model may take minutes, and loading it, too."""
    stop = threading.Event()
    mine = Probe.objects.filter(pk=probe_id, status="running")
    mine.update(touched=Now(), doing=doing[:200])

    def tell() -> None:
        try:
            while not stop.wait(ALIVE_SECONDS):
                with suppress(Error):
                    mine.update(touched=Now())
        finally:
            connection.close()

    thread = threading.Thread(target=tell, name=f"interview-{probe_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)
