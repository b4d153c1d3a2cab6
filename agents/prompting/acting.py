"""From what model users said they do to requests that the engine carries out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.answers import Answer, Deed
from agents.prompting.offers import Offer, Offers
from agents.prompting.places import Places
from agents.prompting.seeing import Seen, comment_row
from agents.reading import tell_apart
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World

NUMBERS = 3000  # as rule minds number theirs: below what injected posts count down from
_OWN_ACCORD = "create_post"  # a user's first post of a step is number 0, whatever was read before it


class Appeals(Protocol):
    """Draws how much posts appeal: agents.writing.Writing."""

    def appeal(
        self, streams: Streams, step: int, users: NDArray[np.int32], key: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the appeal float32[A] of posts with these identities."""
        ...


@dataclass
class _Columns:
    """The requests as they are found, one place of each list per request."""

    actor: list[int] = field(default_factory=list)
    code: list[int] = field(default_factory=list)
    drawn: list[int] = field(default_factory=list)  # what the number is drawn from, -1 for number 0
    post: list[int] = field(default_factory=list)
    user: list[int] = field(default_factory=list)
    text: list[int] = field(default_factory=list)
    topic: list[int] = field(default_factory=list)
    stance: list[float] = field(default_factory=list)
    item: list[int] = field(default_factory=list)  # group or product
    amount: list[int] = field(default_factory=list)
    writes: list[bool] = field(default_factory=list)


def requests(
    world: World,
    feed: FeedBatch,
    seen: Seen,
    places: Places,
    answers: Sequence[Answer],
    offers: Offers,
    appeals: Appeals,
    streams: Streams,
) -> ActionBatch:
    """Return what the viewers of the feed ask for, in canonical order; see Prompter.actions."""
    found = _Columns()
    quiet = offers.by_name["do_nothing"].code
    for row, (user, answer) in enumerate(zip(feed.viewers.tolist(), answers, strict=True)):
        before = len(found.actor)
        for nth, deed in enumerate(answer.deeds):
            offer = offers.by_name.get(deed.action)
            if offer is not None and offer.code != quiet:
                _add(found, world, feed, seen, places, row, user, deed, offer, nth)
        if len(found.actor) == before:
            _put(found, user, quiet, drawn=-1)
    batch = _batch(found)
    writes = np.array(found.writes, np.bool_)
    batch.n[:] = _numbers(world, streams, batch.actor, np.array(found.drawn, np.int64))
    wrote = np.flatnonzero(writes)
    about = wrote[batch.topic[wrote] >= 0]
    batch.opinion[about] = world.users.opinions[batch.actor[about], batch.topic[about]]
    key = ids.post_key(batch.actor[wrote], world.step, batch.n[wrote])
    batch.appeal[wrote] = appeals.appeal(streams, world.step, batch.actor[wrote], key)
    return batch.take(np.lexsort((batch.n, batch.actor)))


def _add(
    found: _Columns,
    world: World,
    feed: FeedBatch,
    seen: Seen,
    places: Places,
    row: int,
    user: int,
    deed: Deed,
    offer: Offer,
    nth: int,
) -> None:
    """Add one deed, unless what it names is not there: then it is as if it had not been said."""
    posts, target, whom, topic = world.posts, -1, -1, -1
    if deed.post:
        if deed.post > feed.posts.shape[1] or seen.feed[row, deed.post - 1] < 0:
            return
        target = int(feed.posts[row, deed.post - 1])
        if deed.comment:
            held = comment_row(world, seen, user, int(seen.feed[row, deed.post - 1]), deed.comment)
            if held < 0:
                return
            target = held + posts.base
        topic = int(posts.topic[target - posts.base])
    named = target
    if not {"post", "comment", "user"}.isdisjoint(offer.takes) and target < 0:
        return
    if "comment" in offer.takes and not deed.comment:
        return
    item = _listed(places, row, deed, offer)
    if item < 0 and not {"group", "product"}.isdisjoint(offer.takes):
        return
    if "user" in offer.takes:
        whom, target = int(posts.author[target - posts.base]), -1
    elif {"post", "comment"}.isdisjoint(offer.takes):
        target, topic = -1, deed.topic
    text = world.texts.add(deed.text) if "text" in offer.takes and deed.text else -1
    if "text" in offer.takes and text < 0:
        return
    # The identity of what was read tells one request from another; what is said of one's own accord is counted.
    about = int(posts.key[named - posts.base]) if named >= 0 else item if item >= 0 else nth
    first = offer.name == _OWN_ACCORD and not _wrote(found, user, offer.code)
    _put(
        found,
        user,
        offer.code,
        drawn=-1 if first else about ^ (offer.code << 56),
        post=target,
        user=whom,
        text=text,
        topic=topic if 0 <= topic < len(world.topics) else -1,
        stance=(np.nan if deed.stance is None else deed.stance) if offer.writes and text >= 0 else 0.0,
        item=item,
        amount=int("amount" in offer.takes),
        writes=offer.writes and text >= 0,
    )


def _listed(places: Places, row: int, deed: Deed, offer: Offer) -> int:
    """Return the id of the group or product that a deed names, -1 where it names none that was listed."""
    if "group" in offer.takes:
        groups = places.groups[row]
        return groups[deed.group - 1] if 1 <= deed.group <= len(groups) else -1
    if "product" in offer.takes and 1 <= deed.product <= len(places.products):
        return places.products[deed.product - 1]
    return -1


def _put(
    found: _Columns,
    actor: int,
    code: int,
    *,
    drawn: int = -1,
    post: int = -1,
    user: int = -1,
    text: int = -1,
    topic: int = -1,
    stance: float = 0.0,
    item: int = -1,
    amount: int = 0,
    writes: bool = False,
) -> None:
    found.actor.append(actor)
    found.code.append(code)
    found.drawn.append(drawn)
    found.item.append(item)
    found.amount.append(amount)
    found.post.append(post)
    found.user.append(user)
    found.text.append(text)
    found.topic.append(topic)
    found.stance.append(stance)
    found.writes.append(writes)


def _wrote(found: _Columns, user: int, code: int) -> bool:
    for place in range(len(found.actor) - 1, -1, -1):
        if found.actor[place] != user:
            return False
        if found.code[place] == code:
            return True
    return False


def _batch(found: _Columns) -> ActionBatch:
    batch = ActionBatch.empty(len(found.actor))
    for name in ("actor", "code", "post", "user", "text", "topic", "stance", "item", "amount"):
        getattr(batch, name)[:] = getattr(found, name)
    return batch


def _numbers(
    world: World, streams: Streams, actor: NDArray[np.int32], item: NDArray[np.int64]
) -> NDArray[np.uint16]:
    """Return n uint16[A]: 0 where item int64[A] is -1, else 1 .. NUMBERS, drawn from it; an actor's differ."""
    n = np.zeros(actor.shape[0], np.int64)
    drawn = item >= 0
    of = np.ascontiguousarray(actor[drawn])
    numbers = 1 + streams.integers("deed/number", NUMBERS, step=world.step, user=of, item=item[drawn])
    tell_apart(of, numbers, NUMBERS)
    n[drawn] = numbers
    return n.astype(np.uint16)
