"""From a scenario document and a seed to a simulation: the one place that knows all parts by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings

from agents.minds.rules import Rates, RuleMind
from agents.opinions.registry import build as build_opinion
from agents.opinions.registry import shown_by
from agents.spread.registry import build as build_spread
from agents.text.kept import kept_pool
from agents.writing import Writing
from recommender.grouped import Group, Grouped
from recommender.registry import build_feed
from recommender.shadow import bare
from simapp.engine.actions.registry import all_actions, code_of
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.clock import Clock
from simapp.engine.core.digest import EMPTY
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.products import Products
from simapp.engine.core.rules import Rules
from simapp.engine.core.streams import Streams
from simapp.engine.core.texts import Texts
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from simapp.engine.interventions import Intervention, native_opinion
from simapp.engine.loop import Simulation
from simapp.metrics.live import LiveMetrics
from simapp.runs.flooding import spelled_out
from simapp.runs.minds import society
from simapp.runs.people import LateProfiles, profiles_of
from simapp.runs.planting import carry_out_on
from simapp.runs.shadowing import shadowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agents.asking import Asker
    from agents.routing.limits import Price
    from agents.text.pool import TextPool
    from recommender.pipeline import Pipeline
    from simapp.engine.core.population import Population, SeedPost
    from simapp.engine.record import Feed, Mind, Sink
    from simapp.scenarios.document import Scenario

# The grammar belongs to the scenario, not to the run: all seeds share one pool, so its texts are
# embedded once for all of them.
POOL_SEED = 1
CODES = {name: action.code for name, action in all_actions().items()}


@lru_cache(maxsize=8)
def text_pool(topics: tuple[str, ...]) -> TextPool:
    """Return the grammar's texts for these topics (loaded once per process, built once per installation)."""
    return kept_pool(topics, POOL_SEED)


def embedding_cache() -> Path:
    """Return the folder of encoded texts, shared by all runs of this installation."""
    return Path(settings.SOCIARIUM_EMBEDDINGS or Path(settings.SOCIARIUM_DATA_ROOT) / "embeddings")


@dataclass(frozen=True)
class Parts:
    """Everything of a simulation but its world: made anew from the document whenever a run is (re)opened."""

    scenario: Scenario
    streams: Streams
    workers: Workers
    asker: Asker | None = None
    prices: Mapping[tuple[str, str], Price] = field(default_factory=dict)

    def feed(self) -> Feed:
        """Build the feed of the scenario: one pipeline, or one for each group of users and one for the rest."""
        chosen = self.scenario.feed
        rest = self._pipeline(chosen.model_dump(mode="json"))
        groups = [
            Group(group.name, self._pipeline(group.model_dump(mode="json")), group.share, group.communities)
            for group in chosen.groups
        ]
        return Grouped(rest, groups) if groups else rest

    def switched(self, settings_: dict[str, Any], before: Feed) -> Feed:
        """Build the feed that an intervention puts in the place of the one before it."""
        made = self._pipeline(settings_)
        group = settings_.get("group")
        if group is None:
            return made
        before = bare(before)
        if not isinstance(before, Grouped):
            msg = f"switch_feed names the group {group}, and the feed has no groups."
            raise WrongInput(msg)
        return before.with_group(group, made)

    def _pipeline(self, chosen: dict[str, Any]) -> Pipeline:
        return build_feed(
            str(chosen["preset"]),
            dict(chosen.get("params") or {}),
            codes=CODES,
            cache=embedding_cache(),
            pipeline=chosen.get("pipeline"),
            explore=self.scenario.feed.explore,
        )

    def mind(self) -> Mind:
        """Build what decides for users: rules, and the models that the scenario names."""
        rules, models = self.rule_mind(), self.scenario.minds.models
        if models is None or not models.tiers:
            return rules
        if self.asker is None:
            msg = "this scenario's users think with models, and nobody was named who asks them"
            raise RuntimeError(msg)
        return society(models, rules, self.clock(), embedding_cache(), self.asker, self.prices)

    def rule_mind(self) -> RuleMind:
        """Build the rule mind of the scenario."""
        m = self.scenario.minds
        rates = m.rates
        return RuleMind(
            codes=CODES,
            writing=Writing(
                text_pool(self.scenario.topics),
                authorship=m.authorship_exponent,
                appeal_median=m.appeal.median,
                appeal_sigma=m.appeal.sigma,
            ),
            rates=Rates(
                like_post=rates.like,
                dislike_post=rates.dislike,
                repost=rates.repost,
                quote_post=rates.quote,
                create_comment=rates.comment,
                follow=rates.follow,
                unfollow=rates.unfollow,
                mute=rates.mute,
            ),
            opinion=build_opinion(m.opinion.kind, m.opinion.model_dump(exclude={"kind"})),
            spread=build_spread(m.spread.kind, m.spread.model_dump(exclude={"kind"})),
            gate=m.stance_gate,
            depth=m.feed_depth,
            herd=m.herd,
            heed=m.heed,
        )

    def measures(self) -> LiveMetrics:
        """Build the live metrics that the scenario names."""
        return LiveMetrics(self.scenario.metrics, codes=CODES, workers=self.workers)

    def rules(self) -> Rules:
        """Build the platform's rules."""
        p = self.scenario.platform
        offered = np.zeros(256, np.bool_)
        offered[[code_of(name) for name in p.action_names]] = True
        offered[code_of("do_nothing")] = True
        hot, feed = self.clock().steps_in(p.hot_window_hours), self.scenario.feed
        return Rules(
            offered=offered,
            allow_self_rating=p.self_rating,
            exclusive_votes=p.votes_exclude,
            show_score=p.shows_score,
            hot_steps=hot,
            # More than all feeds of the window can hold would remember posts that nobody can be shown any more.
            seen_memory=min(feed.seen_memory, feed.k * hot),
            report_threshold=p.report_threshold,
        )

    def clock(self) -> Clock:
        """Build the simulated clock."""
        return Clock(self.scenario.clock.start, self.scenario.clock.minutes_per_step)

    def found_world(self, population: Population) -> World:
        """Create the world at step 0."""
        world = World.found(
            population,
            clock=self.clock(),
            rules=self.rules(),
            topics=list(self.scenario.topics),
            texts=Texts(text_pool(self.scenario.topics).texts),
            **shown_by(self.scenario.minds.opinion.kind),
        )
        world.products = Products.named(world.texts, [p.name for p in self.scenario.platform.products])
        return world

    def plan(self, world: World) -> list[Intervention]:
        """Return the scenario's interventions with drawn authors, appeals and topics filled in.

        The same for every state of the same world: nothing here may depend on how far the run has come.
        """
        # Draws are named by step and number among equals in kind: what else is listed cannot shift them, and
        # arms that differ in what a post says share its author.
        planned, alike = [], Counter[tuple[str, int]]()
        for item in self.scenario.interventions:
            nth = alike[item.kind, item.at]
            alike[item.kind, item.at] += 1
            planned.append(self._resolve(world, item.model_dump(mode="json"), nth))
        injected = [change for change in planned if change.kind == "inject_post"]
        for change in planned:
            if isinstance(change.settings.get("post"), int):
                change.settings["post"] = _named(injected, change.settings["post"])
        return spelled_out(planned, len(world.users), self.streams)

    def simulation(
        self,
        world: World,
        sink: Sink,
        digest: bytes = EMPTY,
        *,
        inputs: Sequence[Intervention] = (),
        settled: int = -1,
    ) -> Simulation:
        """Put a world (new or restored) and its parts together; `inputs` are what a restored one has behind it.

        Switches of the feed that the plan has up to step `settled` are in force no more (a fork chose a feed).
        """
        chosen = self.scenario.feed
        shadows = {name: build_feed(name, codes=CODES, cache=embedding_cache()) for name in chosen.shadow}
        ranked = shadowed(shadows, chosen.shadow_viewers, self.feed(), self.switched, self.measures())
        if world.desk.profiles is None:
            world.desk.profiles = LateProfiles(
                len(world.users), lambda: profiles_of(self.scenario, self.streams, world)
            )
        plan = [i for i in self.plan(world) if i.kind != "switch_feed" or i.at > settled]
        mind = self.mind()
        heeds = partial(carry_out_on, getattr(mind, "memory", None))
        return Simulation(
            world=world,
            feed=ranked.feed,
            mind=mind,
            heeds=heeds,
            measures=ranked.measures,
            streams=self.streams,
            sink=sink,
            feed_size=chosen.k,
            plan=[*plan, *inputs],
            feed_factory=ranked.factory,
            workers=self.workers,
            digest=digest,
        )

    def seeds(self, world: World, posts: list[SeedPost]) -> ActionBatch:
        """Return the seed posts as requests of their authors, in canonical order."""
        order = sorted(range(len(posts)), key=lambda i: (posts[i].author, i))
        batch = ActionBatch.empty(len(posts))
        last, n = -1, 0
        for row, i in enumerate(order):
            post = posts[i]
            n = n + 1 if post.author == last else 0
            last = post.author
            batch.actor[row], batch.n[row], batch.topic[row] = post.author, n, post.topic
            batch.text[row] = world.texts.add(post.text)
            batch.stance[row] = np.nan if post.stance is None else post.stance
            batch.opinion[row] = 0.0 if post.stance is None else native_opinion(world, post.stance)
            batch.appeal[row] = np.nan if post.appeal is None else post.appeal
        batch.code[:] = code_of("create_post")
        blank = np.flatnonzero(np.isnan(batch.appeal))
        key = ids.post_key(batch.actor, 0, batch.n)
        batch.appeal[blank] = self.rule_mind().writing.appeal(self.streams, 0, batch.actor, key)[blank]
        return batch

    def _resolve(self, world: World, settings_: dict[str, Any], nth: int) -> Intervention:
        kind, at = settings_.pop("kind"), settings_.pop("at")
        if settings_.get("author") == "random":
            author = self.streams.integers("intervention/author", len(world.users), step=at, item=nth)
            settings_["author"] = int(author)
        if settings_.get("user") == "random":
            user = self.streams.integers(f"intervention/{kind}", len(world.users), step=at, item=nth)
            settings_["user"] = int(user)
        if "appeal" in settings_ and settings_["appeal"] is None:
            nobody = np.array([ids.SYSTEM], np.int32)
            drawn = self.rule_mind().writing.appeal(self.streams, at, nobody, ids.post_key(nobody, at, nth))
            settings_["appeal"] = float(drawn[0])
        if settings_.get("topic") is not None:
            settings_["topic"] = world.topics.index(settings_["topic"])
        return Intervention(kind, at, settings_)


def _named(injected: list[Intervention], number: int) -> dict[str, Any]:
    """Name the injected post `number` (from 1, in the order of the document) by what it is."""

    def name(change: Intervention) -> dict[str, Any]:
        return {"at": change.at, "text": change.settings["text"], "author": change.settings["author"]}

    chosen = name(injected[number - 1])
    return {**chosen, "nth": sum(name(other) == chosen for other in injected[: number - 1])}
