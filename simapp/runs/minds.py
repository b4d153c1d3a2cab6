"""From a scenario's models to the minds that ask them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.archetypes.alike import ByAnswers
from agents.archetypes.answering import ByModel, ByRules
from agents.archetypes.fidelity import Fidelity
from agents.archetypes.grouping import ByAttributes, Grouping
from agents.archetypes.watched import WatchedGroups
from agents.asking import Asker, Sampling
from agents.memory.memory import Memory
from agents.minds._model import ModelMind
from agents.minds.archetype import ArchetypeMind
from agents.minds.endpoint import EndpointMind
from agents.minds.local import LocalMind
from agents.prompting.perception import Perception
from agents.prompting.prompter import Prompter
from agents.prompting.templates import Templates
from agents.routing.assignment import Assignment, Who
from agents.routing.limits import Limits, Metered, Price
from agents.society import Society
from recommender.embeddings.minilm import MiniLM
from recommender.embeddings.store import TextVectors
from simapp.engine.actions.registry import all_actions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from agents.minds.rules import RuleMind
    from simapp.engine.core.clock import Clock
    from simapp.engine.core.streams import Streams
    from simapp.engine.core.world import World
    from simapp.scenarios.parts.models import ArchetypeTier, Models, Tier


def society(
    models: Models,
    rules: RuleMind,
    clock: Clock,
    embeddings: Path,
    asker: Asker,
    prices: Mapping[tuple[str, str], Price],
) -> Society:
    """Return the minds of a scenario that names models. embeddings: folder of encoded texts."""
    meter = meter_of(models, asker, prices)
    memory = memory_of(models, clock, embeddings)
    prompter = prompter_of(models, rules, memory)
    return Society(
        rules=rules,
        assignment=Assignment(tuple(_who(rule) for rule in models.tiers)),
        minds=[_mind(rule, prompter, rules, embeddings) for rule in models.tiers],
        meter=meter,
        memory=memory,
        reported=models.opinions == "reported",
    )


@dataclass(frozen=True)
class LateEncoder:
    """The packaged text encoder, loaded when it is first needed (facts, groups by answers): most runs never do."""

    folder: Path

    @cached_property
    def _vectors(self) -> TextVectors:
        return TextVectors(MiniLM(), self.folder)

    def vectors(self, texts: list[str]) -> NDArray[np.int8]:
        """Return int8[len(texts), 384]."""
        return self._vectors.vectors(texts)


def _who(rule: Tier) -> Who:
    said = rule.who.model_dump()
    users = said.get("users", 0)
    if said["kind"] == "named":
        return Who("named", named=users)
    return Who(said["kind"], users=users, share=said.get("share", 0.0), by=said.get("by", "reach"))


def memory_of(models: Models, clock: Clock, embeddings: Path) -> Memory | None:
    """Return what keeps and finds memories as a scenario says; None where nobody remembers."""
    m = models.memory
    if not m.keep:
        return None
    steps = m.half_life_hours * 60 / clock.minutes_per_step
    return Memory(all_actions().values(), LateEncoder(embeddings), events=m.events, facts=m.facts, half_life=steps)


def meter_of(models: Models, asker: Asker, prices: Mapping[tuple[str, str], Price]) -> Metered:
    """Return what lets questions through as a scenario's limits allow."""
    limits = Limits(models.limits.tokens, models.limits.money, models.limits.seconds, models.limits.then)
    return Metered(asker, limits, Sampling(**models.sampling.model_dump()), prices)


def thinkers(models: Models, users: int, streams: Streams) -> NDArray[np.int64]:
    """Return the users, ascending, who think for good with a model of their own (not by their group)."""
    assignment = Assignment(tuple(_who(rule) for rule in models.tiers))
    own = [i for i, rule in enumerate(models.tiers) if rule.tier != "archetype"]
    return np.flatnonzero(np.isin(assignment.drawn(users, streams), own))


def voices(
    models: Models, world: World, users: NDArray[np.int32], streams: Streams
) -> list[tuple[str, str] | None]:
    """Return (tier, name) of the model with which each of `users` thinks for good, None for those who do not."""
    taken = Assignment(tuple(_who(rule) for rule in models.tiers)).drawn(len(world.users), streams)[users]
    own = [None if rule.tier == "archetype" else (rule.tier, rule.label) for rule in models.tiers]
    return [own[i] if i >= 0 else None for i in taken.tolist()]


def prompter_of(models: Models, rules: RuleMind, memory: Memory | None) -> Prompter:
    """Return what writes the questions of a scenario. Raises WrongInput for templates that cannot be used."""
    templates = Templates.load(models.prompt.template).overridden(models.prompt.overrides)
    perception = Perception(**models.perception.model_dump())
    return Prompter(all_actions().values(), rules.writing, templates, perception, memory)


def _mind(rule: Tier, prompter: Prompter, rules: RuleMind, embeddings: Path) -> ModelMind | WatchedGroups:
    tier = rule.asks if rule.tier == "archetype" else rule.tier
    alone = EndpointMind(prompter, rule.label) if tier == "endpoint" else LocalMind(prompter, rule.label)
    if rule.tier != "archetype":
        return alone
    groups = ArchetypeMind(
        rules.codes, rules.writing, rule.label, grouping_of(rule, prompter.perception, embeddings), rule.samples,
        rule.refresh,
        rates=rules.rates, gate=rules.gate, depth=rules.depth,
    )  # fmt: skip
    return WatchedGroups(groups, alone, Fidelity(rules.codes, rule.check))


def grouping_of(rule: ArchetypeTier, perception: Perception, embeddings: Path) -> Grouping:
    told = rule.by_answers
    if told is None:
        return ByAttributes(rule.by)
    answers = ByModel(rule.label, perception) if told.asked == "model" else ByRules()
    encoder = LateEncoder(embeddings)
    return ByAnswers(told.prompts, told.groups, answers, encoder.vectors, told.sample)
