"""Writes the questions of a step: what all share first, then the user, then the feed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.acts import MOST_DEEDS
from agents.answers import Answer, read_answer
from agents.asking import TOKEN_CHARACTERS, Question, Reply
from agents.cleaning import neutral
from agents.prompting.acting import Appeals, requests
from agents.prompting.days import date_words
from agents.prompting.fitting import as_fits
from agents.prompting.offers import ActionLike, Offer, Offers
from agents.prompting.people import People
from agents.prompting.perception import Perception
from agents.prompting.places import Places, nameable, places, possible
from agents.prompting.seeing import Seen, see
from agents.prompting.showing import Shower, Shown, legend
from agents.prompting.stances import stances
from agents.prompting.templates import Templates
from simapp.engine.core.batches import ActionBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World

_MEMORY = "\x03"  # stands for what is remembered until it is known how much of it fits
_NO_POSTS = "nothing new"


class Recalls(Protocol):
    """Remembers for users: see agents.memory."""

    def recall(self, world: World, users: NDArray[np.int32], seen: Seen) -> list[list[str]]:
        """Return what each of users int32[V] remembers now, in words, the most important first. seen: their feeds."""
        ...


class Prompter:
    """Makes questions from feeds, and requests from answers.

    actions: those of the engine's registry. appeals: draws the appeal of what is written (agents.writing.Writing).
    memory: what users remember; None: nothing. What is kept between calls are words only, and never changes an
    answer: two prompters of the same settings write the same for the same world.
    """

    def __init__(
        self,
        actions: Iterable[ActionLike],
        appeals: Appeals,
        templates: Templates | None = None,
        perception: Perception | None = None,
        memory: Recalls | None = None,
    ) -> None:
        self.templates = templates or Templates.load("plain-1")
        self.perception = p = perception or Perception()
        self.memory = memory
        self.appeals = appeals
        self.offers = Offers(actions)
        off = _switched_off(p)
        self._listed = frozenset(
            part for part in ("group", "product") if self.templates.has("own", f"{part}s")
        )
        self._shared = self.templates.fill("shared", off)
        self._own = self.templates.fill("own", off)
        self._people = People(p.handle_characters, p.about_characters)
        self._shower = Shower(self.templates, p, off, self._people)
        self._seen: tuple[World, int, FeedBatch, Seen] | None = None

    def questions(self, world: World, feed: FeedBatch, streams: Streams) -> list[Question]:
        """Return one question per row of the feed, in its order. Changes nothing in the world."""
        viewers = feed.viewers
        if not len(feed):
            return []
        seen = self._see(world, feed)
        offered, naming = self._offered(world)
        topics = tuple(neutral(topic, 40) for topic in world.topics)
        shared = self._shared_text(world, offered, topics, naming)
        known = self._people.of(world, viewers.tolist())
        remembered = self.memory.recall(world, viewers, seen) if self.memory else [[]] * len(feed)
        views = stances(world, viewers, topics, self.perception.views)
        followers = world.follows.followers[viewers].tolist()
        orders = _orders(world, viewers, offered, streams)
        seeds = (streams.bits("prompt/seed", step=world.step, user=viewers) >> np.uint64(1)).tolist()
        feeds, names = self._shower.shown(world, seen, viewers, offered), [offer.name for offer in offered]
        digest, most = self.templates.digest, self.perception.own_tokens * TOKEN_CHARACTERS
        listed = self._places(world, viewers)
        asked = []
        for row, user in enumerate(viewers.tolist()):
            handle, about = known[user]
            groups, joined = len(listed.groups[row]), listed.joined[row]
            options = tuple([names[at] for at in orders[row] if possible(offered[at], groups, joined)])
            values = {
                "handle": handle,
                "about": about,
                "audience": f"{followers[row]} followers",
                "views": views[row],
                "memory": _MEMORY if remembered[row] else "",
                "groups": listed.group_words[row],
                "products": listed.product_words,
                "options": " ".join(options),
                "feed": "",
            }
            own, shown = self._fitted(values, feeds[row], remembered[row], most)
            asked.append(
                Question(
                    user=user,
                    shared=shared,
                    own=own,
                    options=options,
                    posts=len(shown.texts),
                    comments=tuple(shown.comments),
                    topics=topics,
                    seed=seeds[row],
                    template=digest,
                    groups=groups,
                    joined=joined,
                    products=len(listed.products),
                )
            )
        return asked

    def deeds(self, question: Question, reply: Reply) -> Answer:
        """Return what a reply says; where none came, nothing, with its problem."""
        if reply.outcome != "answered":
            return Answer(problem=reply.problem or "The model did not answer.", faults=(reply.outcome,))
        return read_answer(reply.text, question)

    def actions(
        self,
        world: World,
        feed: FeedBatch,
        questions: list[Question],
        answers: list[Answer],
        streams: Streams,
    ) -> ActionBatch:
        """Return the requests that answers (of the questions of the feed's rows, in order) make, in canonical order.

        Who does nothing, and who abstained, has one do_nothing. New texts are added to the world's; nothing else of it
        changes. Raises ValueError where rows, questions and answers do not belong together.
        """
        if not len(feed) == len(questions) == len(answers):
            msg = f"{len(feed)} feeds, {len(questions)} questions and {len(answers)} answers do not belong together"
            raise ValueError(msg)
        seen = self._see(world, feed)
        listed = self._places(world, feed.viewers)
        return requests(world, feed, seen, listed, answers, self.offers, self.appeals, streams)

    def _offered(self, world: World) -> tuple[tuple[Offer, ...], str]:
        return nameable(world, self.offers.offered(world.rules.offered), self._listed)

    def _places(self, world: World, viewers: NDArray[np.int32]) -> Places:
        most = self.perception.own_tokens * TOKEN_CHARACTERS
        return places(world, viewers, self._offered(world)[0], self._listed, most)

    def _see(self, world: World, feed: FeedBatch) -> Seen:
        held = self._seen
        if held is not None and held[0] is world and held[1] == world.step and held[2] is feed:
            return held[3]
        seen = see(world, feed, self.perception.comments)
        self._seen = (world, world.step, feed, seen)
        return seen

    def _shared_text(
        self, world: World, offered: tuple[Offer, ...], topics: tuple[str, ...], naming: str
    ) -> str:
        line = self.templates.fill("action")
        values: Mapping[str, str] = {
            "actions": "\n".join(line({"name": offer.name, "text": offer.text}) for offer in offered),
            "topics": ", ".join(topics),
            "line": legend(world, self.perception, offered),
            "most": str(MOST_DEEDS),
            "places": naming,
            "date": date_words(world.clock.at(world.step)),
        }
        return self._shared(values) + "\n"

    def _fitted(
        self, values: dict[str, str], shown: Shown, memories: list[str], most: int
    ) -> tuple[str, Shown]:
        """Return the own part, at most `most` characters of it, and what it shows; see Perception."""
        values["feed"] = "\n".join(shown.texts) or _NO_POSTS
        own = self._own(values)
        first = min(len(memories[0]), self.perception.memory_characters) if memories else 0
        over = len(own) + first - most
        if over > 0:
            shown = shown.without(over)
            values["feed"] = "\n".join(shown.texts) or _NO_POSTS
            own = self._own(values)
        if memories:
            room = min(most - len(own) + 1, self.perception.memory_characters)
            own = own.replace(_MEMORY, as_fits(memories, max(room, first)), 1)
        return own, shown


def _switched_off(perception: Perception) -> frozenset[str]:
    off = {
        "author": perception.authors == "none",
        "age": not perception.ages,
        "counters": not perception.counters,
        "mark": not perception.follows or perception.authors == "none",
        "audience": not perception.audience,
    }
    return frozenset(slot for slot, is_off in off.items() if is_off)


def _orders(
    world: World, viewers: NDArray[np.int32], offered: tuple[Offer, ...], streams: Streams
) -> list[list[int]]:
    """Return for each viewer the places of `offered` in the order drawn for this call."""
    codes = np.array([offer.code for offer in offered], np.int64)
    draws = streams.uniform("prompt/options", step=world.step, user=viewers[:, None], item=codes[None, :])
    orders: list[list[int]] = np.argsort(draws, axis=1, kind="stable").tolist()
    return orders
