"""The archetype mind: groups are asked in a few contexts, members draw from what their group answered.

The number of questions is groups x (contexts + 1) x samples, whatever the number of users. What is written in a reply
is not said by members: it answers one example post, and thousands of members would say the same words under others.
Members' words come from the grammar, which knows their topic and stance; the model's stay in the record of replies.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agents.answers import read_answer
from agents.archetypes.asking import Cells, cells_of, questions
from agents.archetypes.contexts import POPULAR_FROM, label
from agents.archetypes.drawing import draw_deeds
from agents.archetypes.estimate import Estimate, rule_prior
from agents.archetypes.grouping import ByAttributes, Grouping
from agents.asking import Asked, Asker
from agents.deeds import DEEDS, Made, requests
from agents.minds.rules import Rates
from agents.writing import Writing
from simapp.engine.core.batches import TIERS, ActionBatch, DecisionBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.texts import text_hash
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World


@dataclass
class ArchetypeMind:
    """A model answers for groups of users, once per group and context; members draw from the answers, at no call.

    `model`: whom the questions go to. `samples` >= 1 replies per group and context. `refresh_steps`: after so many
    steps users are grouped and groups asked anew, 0 = never. `weight` > 0: of the prior, in replies; the prior itself
    is what the rule mind does with `rates` and `gate` (see `archetypes.estimate`). `depth`: mean posts read per visit.
    `codes`: action codes by name. Opinions are not moved here: what is read moves them whoever decides.
    """

    codes: dict[str, int]
    writing: Writing
    model: str
    grouping: Grouping = field(default_factory=ByAttributes)
    samples: int = 4
    refresh_steps: int = 0
    weight: float = 1.0
    rates: Rates = field(default_factory=Rates)
    gate: float = 0.7
    depth: float = 12.0
    name: str = "archetype"

    def __post_init__(self) -> None:
        if self.samples < 1 or self.refresh_steps < 0 or not 0 < self.weight < np.inf:
            msg = "an archetype mind needs samples >= 1, refresh_steps >= 0 and a finite weight > 0"
            raise ValueError(msg)

    def decide(
        self, world: World, feed: FeedBatch, streams: Streams, workers: Workers, asker: Asker
    ) -> DecisionBatch:
        """Return what feed.viewers do, in canonical order; who does nothing says so.

        Asks first where that is due and there are viewers; the answers lie in `world.extra` from then on.
        """
        if len(feed) == 0:
            return DecisionBatch(ActionBatch.empty(), np.zeros(0, np.uint8))
        estimate = self.estimate(world, streams, asker)
        made = self._draw(world, feed, estimate, streams, workers)
        writes = self._writes(world, feed.viewers, estimate, streams)
        batch = requests(world, feed.viewers, made, writes, self.codes, self.writing, streams)
        return DecisionBatch(batch, np.full(len(batch), TIERS.index("archetype"), np.uint8))

    def estimate(self, world: World, streams: Streams, asker: Asker) -> Estimate:
        """Return what is known of the groups; ask them first where nothing is known, or it is too old.

        Replies that did not come (late, or a limit was reached) are asked for again in the next step: only those.
        """
        held = Estimate.of(world)
        if held is None or self._outdated(held, world.step):
            found = self._grouped(world, streams, asker)
        elif held.steps[1] < world.step and not held.heard.all():
            found = held.copy()
        else:
            return held
        cells = cells_of(found.heard)
        if len(cells):
            self._ask(world, found, cells, streams, asker)
        found.steps[1] = world.step
        # Only now: where asking fails, the world is as it was.
        found.keep(world)
        return found

    def chances(self, estimate: Estimate) -> NDArray[np.float64]:
        """Return float64[G, CONTEXTS, DEEDS]: the estimated chance of each deed by group and context."""
        return estimate.chances(self._base(), self.weight)

    def _base(self) -> NDArray[np.float64]:
        return rule_prior(self.rates, self.gate, self.writing.appeal_median)

    def _outdated(self, held: Estimate, step: int) -> bool:
        aged = bool(self.refresh_steps) and step - int(held.steps[0]) >= self.refresh_steps
        return aged or int(held.settings[0]) != self._settings()

    def _settings(self) -> int:
        # A fork may go on with another model or other groups: what the old ones answered says nothing of these.
        return text_hash(f"{self.model}\n{self.samples}\n{self.grouping.name}") >> 1

    def _grouped(self, world: World, streams: Streams, asker: Asker) -> Estimate:
        group, groups = self.grouping.of(world, streams, asker), len(self.grouping.labels(world))
        tendency = self.writing.tendency(world, np.arange(len(world.users), dtype=np.int32))
        return Estimate.blank(group, groups, self.samples, tendency, world.step, self._settings())

    def _ask(self, world: World, found: Estimate, cells: Cells, streams: Streams, asker: Asker) -> None:
        """Ask for the cells and put into `found` what came."""
        labels = self.grouping.labels(world)
        asked = questions(world, found.group, cells, self.writing.pool, self.codes, streams)
        places = list(zip(cells.group.tolist(), cells.context.tolist(), cells.sample.tolist(), strict=True))
        batch = [
            Asked(question, "archetype", self.model, f"{labels[g]}: {label(c)}")
            for question, (g, c, _) in zip(asked, places, strict=True)
        ]
        replies = asker.ask(world.step, batch)
        for place, question, reply in zip(places, asked, replies, strict=True):
            if reply.outcome == "answered":
                answer = read_answer(reply.text, question)
                found.hear(
                    *place,
                    None if answer.problem else {deed.action for deed in answer.deeds if deed.post < 2},
                )
            elif reply.outcome == "abstained":
                found.hear(*place, None)

    def _writes(
        self, world: World, viewers: NDArray[np.int32], estimate: Estimate, streams: Streams
    ) -> NDArray[np.bool_]:
        if not world.rules.offered[self.codes["create_post"]]:
            return np.zeros(viewers.shape[0], np.bool_)
        chance = (
            self.writing.tendency(world, viewers) * estimate.writing(self.weight)[estimate.group[viewers]]
        )
        writes: NDArray[np.bool_] = streams.uniform("write", step=world.step, user=viewers) < chance
        return writes

    def _draw(
        self, world: World, feed: FeedBatch, estimate: Estimate, streams: Streams, workers: Workers
    ) -> Made:
        posts, made = world.posts, Made.nothing(len(feed))
        rows = posts.rows_of(feed.posts)
        key_read, key_act = streams.key("read", world.step), streams.key("archetype/act", world.step)
        edges = np.cumsum(self._base(), axis=1)
        offered = np.uint8(
            sum(1 << d for d, name in enumerate(DEEDS) if world.rules.offered[self.codes[name]])
        )
        shown = world.shown_opinions()
        workers.run(
            len(feed),
            lambda lo, hi: draw_deeds(
                lo, hi, feed.viewers, rows, key_read, key_act, self.depth, POPULAR_FROM, estimate.group, estimate.masks,
                estimate.answered, self.weight, edges, offered, shown, posts.key, posts.author, posts.kind,
                posts.parent, posts.base, posts.topic, posts.stance, posts.likes, posts.shares, world.follows.indptr,
                world.follows.followees, made.count, made.deed, made.target, made.whom, made.on,
            ),
        )  # fmt: skip
        return made


Here = ArchetypeMind
