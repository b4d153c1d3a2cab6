"""The rule mind, asked: a plain account of what a user holds.

Nothing here imitates a language model. A user of the rule mind has opinions, follows, posts and groups, and says
these; a question that names some of them gets those alone. Words are drawn from a few that mean the same, keyed by
the user and the question, so that an answer comes out alike whenever it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from agents.probes._state import Held, held_by
from agents.probes.registry import Handles
from agents.text.library import get_topic, list_topics
from simapp.engine.core.posts import COMMENT, QUOTE
from simapp.engine.core.streams import Streams
from simapp.engine.core.texts import text_hash
from simapp.engine.core.world import World

# Words of a question that ask for a part of the account.
_ASKS = {
    "follows": ("follow", "follows", "following", "follower", "followers", "friend", "friends"),
    "posts": ("write", "wrote", "written", "post", "posts", "posted", "share", "shared", "say", "said"),
    "mutes": ("mute", "mutes", "muted"),
    "groups": ("group", "groups", "chat"),
    "opinions": ("opinion", "opinions", "think", "view", "views", "believe", "feel", "stance"),
}
_NEUTRAL, _SURE = 0.1, 0.6
_KINDS = {QUOTE: "quote", COMMENT: "comment"}


class Here:
    """Answers for users of the rule mind."""

    tier = "rules"

    def __init__(self, handles: Handles | None = None) -> None:
        self._handles = handles or _by_number

    def ask(self, world: World, users: NDArray[np.int32], prompt: str, streams: Streams) -> list[str]:
        """Return what each of users int32[A] holds, in words, as far as the prompt asks for it."""
        held = held_by(world, users)
        named = self._handles(sorted({int(user) for user in held.most if user >= 0}))
        parts, topics = asked_for(prompt, world.topics)
        item = np.arange(16) + (text_hash(prompt) >> 8)  # one draw for each place of the account
        answers = []
        for row, user in enumerate(users.tolist()):
            dice = streams.uniform("probe/interview", step=world.step, user=user, item=item).tolist()
            words = _Words(dice)
            account: list[str] = []
            if "opinions" in parts:
                account += [_opinion(world.topics[t], float(held.opinions[row, t]), words) for t in topics]
            if "posts" in parts:
                account += _posts(world, held, row, words)
            if "follows" in parts:
                account.append(_follows(held, row, named, words))
            if "mutes" in parts:
                muted = int(held.muted[row])
                account.append(f"I have muted {_count(muted, 'user') if muted else 'nobody'}.")
            if "groups" in parts:
                account.append(_groups(world, held.groups[row]))
            answers.append("\n".join(account))
        return answers


def asked_for(prompt: str, topics: Sequence[str]) -> tuple[set[str], list[int]]:
    """Return which parts of an account the prompt asks for (all, when it names none) and which topics."""
    words = set(re.findall(r"[a-z]+", prompt.lower()))
    parts = {part for part, known in _ASKS.items() if words & set(known)}
    named = [t for t, slug in enumerate(topics) if words & _topic_words(slug)]
    if named:
        # "What did you post on housing?" asks for the post; "what of housing?" for the opinion.
        parts = parts or {"opinions"}
    return parts or set(_ASKS), named or list(range(len(topics)))


def _by_number(users: Sequence[int]) -> dict[int, str]:
    return {user: f"user {user}" for user in users}


def _topic_words(slug: str) -> set[str]:
    label = get_topic(slug).label if slug in list_topics() else slug
    return set(re.findall(r"[a-z]+", f"{slug} {label}".lower()))


class _Words:
    """Draws among phrases that mean the same, one draw for each place in the account."""

    def __init__(self, dice: Sequence[float]) -> None:
        self._dice: Iterator[float] = iter(dice)

    def one(self, *phrases: str) -> str:
        """Return one of the phrases."""
        return phrases[int(next(self._dice, 0.0) * len(phrases))]


def _opinion(slug: str, shown: float, words: _Words) -> str:
    label, minus, plus = slug, "against it", "for it"
    if slug in list_topics():
        topic = get_topic(slug)
        label, minus, plus = topic.label, topic.minus, topic.plus
    at = f"({shown:+.2f} between −1 and 1)".replace("-", "−")
    if abs(shown) < _NEUTRAL:
        return f"{label}: {words.one('I take no side', 'I am in the middle', 'I am undecided')} {at}."
    side = (plus if shown > 0 else minus).rstrip(".")
    if abs(shown) < _SURE:
        return f"{label}: {words.one('I lean towards', 'I tend to', 'on balance I am for')} this side {at}: {side}."
    return f"{label}: {words.one('I am sure', 'I am firmly of this side', 'I have no doubt')} {at}: {side}."


def _posts(world: World, held: Held, row: int, words: _Words) -> list[str]:
    posts = world.posts
    said = []
    wrote, shared = int(held.wrote[row]), int(held.shared[row])
    if wrote >= 0 and posts.text[wrote] >= 0:
        kind = _KINDS.get(int(posts.kind[wrote]), "post")
        when = f"at step {int(posts.step[wrote])}"
        text = world.texts[int(posts.text[wrote])]
        said.append(f"{words.one(f'My last {kind}', f'The latest {kind} of mine')}, {when}: “{text}”")
    else:
        said.append("Nothing that I wrote is still shown.")
    if shared >= 0:
        said.append(f"I last shared somebody's post at step {int(posts.step[shared])}.")
    return said


def _follows(held: Held, row: int, named: dict[int, str], words: _Words) -> str:
    readers = _count(int(held.followers[row]), "follower")
    have = words.one("I have", "I count")
    if held.most[row] < 0:
        return f"I follow nobody; {have} {readers}."
    most = int(held.most[row])
    return (
        f"I follow {_count(int(held.following[row]), 'user')}, of whom {named.get(most, f'user {most}')} has the most "
        f"followers; {have} {readers}."
    )


def _groups(world: World, groups: NDArray[np.int32]) -> str:
    if not groups.shape[0]:
        return "I am in no group."
    names = [f"“{world.texts[int(world.groups.name[group])]}”" for group in groups.tolist()]
    return f"I am in {_count(len(names), 'group')}: {', '.join(names)}."


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
