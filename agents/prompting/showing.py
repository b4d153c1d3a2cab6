"""Puts posts and comments into words: each distinct post once per step, then into the feeds of all who see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.cleaning import neutral
from agents.prompting.days import age_words
from agents.prompting.offers import Offer
from agents.prompting.people import People
from agents.prompting.perception import Perception
from agents.prompting.seeing import Seen, silenced, unmuted
from agents.prompting.templates import Templates
from simapp.engine.core.posts import QUOTE, REPOST
from simapp.engine.core.world import World

# Stand for what differs between readers of a post; no cleaned text holds them.
_NUMBER, _MARK = "\x01", "\x02"
_NOTE_CHARACTERS, _LABEL_CHARACTERS = 160, 80


@dataclass(frozen=True, slots=True)
class Block:
    """A post with its comments, as one reader is shown it: lines, and how many comments they number."""

    text: str
    comments: int

    def shorter(self) -> Block:
        """Return it without its last comment."""
        return Block(self.text.rpartition("\n")[0], self.comments - 1)


@dataclass(slots=True)
class _Post:
    """A distinct post of a step in words, with _NUMBER and _MARK in it."""

    head: str
    comments: list[int] = field(default_factory=list)  # rows
    whole: str = ""


def legend(world: World, perception: Perception, offered: tuple[Offer, ...]) -> str:
    """Return what the parts of a feed's line are, in their order."""
    author = "author (* = you follow)" if perception.follows else "author"
    counters = "/".join(name for name, _ in _counters(world, {offer.name for offer in offered}))
    parts = (
        "number",
        author if perception.authors != "none" else "",
        "age" if perception.ages else "",
        counters if perception.counters else "",
        "text",
    )
    below = "; comments 1.1, 1.2 … stand below post 1" if perception.comments else ""
    return ", ".join(part for part in parts if part) + below


class Shower:
    """Writes posts with a set of templates, as far as a perception lets them be seen."""

    def __init__(
        self, templates: Templates, perception: Perception, off: frozenset[str], people: People
    ) -> None:
        self._perception, self._people = perception, people
        self._post = templates.fill("post", off)
        quiet = off | {"author"} if perception.authors != "all" else off
        self._comment = templates.fill("comment", quiet)

    def blocks(
        self, world: World, seen: Seen, viewers: NDArray[np.int32], offered: tuple[Offer, ...]
    ) -> list[list[Block]]:
        """Return what each viewer is shown, top first."""
        posts = self._posts(world, seen, {offer.name for offer in offered})
        follows = self._followed(world, seen, viewers)
        silent = silenced(world, seen, viewers)
        out: list[list[Block]] = []
        for row, places in enumerate(seen.feed.tolist()):
            mine = []
            for rank, place in enumerate(places):
                if place < 0:
                    break
                post = posts[place]
                text, comments = post.whole, post.comments
                if silent and silent[row][rank]:
                    comments = unmuted(world, int(viewers[row]), comments)
                    text = self._whole(world, post.head, comments)
                mark = "*" if follows[row][rank] else ""
                mine.append(Block(text.replace(_NUMBER, str(rank + 1)).replace(_MARK, mark), len(comments)))
            out.append(mine)
        return out

    def _posts(self, world: World, seen: Seen, offered: set[str]) -> list[_Post]:
        posts, p = world.posts, self._perception
        shown = np.where(seen.originals >= 0, seen.originals, seen.posts)
        authors = posts.author[seen.posts].tolist()
        makers = posts.author[shown].tolist()
        commenters: list[int] = []
        if p.authors == "all":
            commenters = posts.author[seen.comments[seen.comments >= 0]].tolist()
        above = posts.row(posts.parent[shown])  # what a quote is about
        spoken_of = np.where((above >= 0) & (posts.kind[shown] == QUOTE), posts.author[above], -1).tolist()
        known = self._people.of(world, {*authors, *makers, *commenters, *spoken_of} - {-1})
        ages = (
            (world.step - posts.step[seen.posts].astype(np.int64)) * world.clock.minutes_per_step
        ).tolist()
        counters = _counter_words(world, shown, offered)
        kinds, texts = posts.kind[seen.posts].tolist(), self._texts(world, shown, above, spoken_of, known)
        comments = [[row for row in of if row >= 0] for of in seen.comments.tolist()]
        out = []
        for place, author in enumerate(authors):
            name = known[author][0]
            if kinds[place] == REPOST:
                name = f"{name} sharing {known[makers[place]][0]}"
            head = self._post(
                {
                    "number": _NUMBER,
                    "mark": _MARK,
                    "author": name,
                    "age": age_words(ages[place]),
                    "counters": counters[place],
                    "text": texts[place],
                }
            )
            out.append(_Post(head, comments[place], self._whole(world, head, comments[place])))
        return out

    def _texts(
        self,
        world: World,
        rows: NDArray[np.int64],
        above: NDArray[np.int64],
        spoken_of: list[int],
        known: Any,
    ) -> list[str]:
        """Return the words of posts at rows int64[D], with what they quote and what the platform says about them."""
        posts, texts, p = world.posts, world.texts, self._perception
        columns = (posts.text, posts.label, posts.note, posts.reports)
        out = []
        for place, (text, label, note, reports) in enumerate(
            zip(*(column[rows].tolist() for column in columns), strict=True)
        ):
            words = neutral(texts[text], p.post_characters) if text >= 0 else ""
            if spoken_of[place] >= 0:
                quoted = int(posts.text[above[place]])
                cited = neutral(texts[quoted], p.comment_characters) if quoted >= 0 else "…"
                words = f"{words} (on {known[spoken_of[place]][0]}: {cited})"
            if label >= 0:
                words = f"[label: {neutral(texts[label], _LABEL_CHARACTERS)}] {words}"
            if note >= 0:
                words = f"{words} [note: {neutral(texts[note], _NOTE_CHARACTERS)}]"
            if reports >= world.rules.report_threshold:
                words = f"[reported by {reports} users] {words}"
            out.append(words)
        return out

    def _whole(self, world: World, head: str, comments: list[int]) -> str:
        """Return a post with comments (rows) below it."""
        if not comments:
            return head
        posts, p = world.posts, self._perception
        lines = [head]
        known = self._people.of(world, posts.author[comments].tolist()) if p.authors == "all" else {}
        for number, row in enumerate(comments, 1):
            author, text = int(posts.author[row]), int(posts.text[row])
            age = (world.step - int(posts.step[row])) * world.clock.minutes_per_step
            values = {
                "number": f"{_NUMBER}.{number}",
                "author": known[author][0] if known else "",
                "age": age_words(age),
                "counters": f"{int(posts.likes[row])}",
                "text": neutral(world.texts[text], p.comment_characters) if text >= 0 else "",
            }
            lines.append(self._comment(values))
        return "\n".join(lines)

    def _followed(self, world: World, seen: Seen, viewers: NDArray[np.int32]) -> list[list[bool]]:
        """Return bool[V][k]: whether the viewer follows who brought them the post."""
        if not self._perception.follows or not seen.posts.shape[0]:
            return [[False] * seen.feed.shape[1]] * seen.feed.shape[0]
        author = world.posts.author[seen.posts][seen.feed]
        users = len(world.users)
        held = (seen.feed >= 0) & (author >= 0) & (author < users)
        by = np.broadcast_to(viewers[:, None], author.shape).ravel().astype(np.int32)
        of = np.where(held, author, 0).ravel().astype(np.int32)
        follows = world.follows.has(by, of).reshape(author.shape) & held
        marks: list[list[bool]] = follows.tolist()
        return marks


def _counters(world: World, offered: set[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return (name, columns: the first less the second) of each counter that the platform has."""
    found: list[tuple[str, tuple[str, ...]]] = []
    if world.rules.show_score:
        found.append(("score", ("likes", "dislikes")))
    else:
        found.append(("likes", ("likes",)))
        if "dislike_post" in offered:
            found.append(("dislikes", ("dislikes",)))
    if offered & {"repost", "quote_post"}:
        found.append(("shares", ("shares",)))
    if "create_comment" in offered:
        found.append(("comments", ("comments",)))
    return found


def _counter_words(world: World, rows: NDArray[np.int64], offered: set[str]) -> list[str]:
    columns = []
    for _, names in _counters(world, offered):
        value = getattr(world.posts, names[0])[rows]
        columns.append((value - getattr(world.posts, names[1])[rows] if len(names) > 1 else value).tolist())
    return ["/".join(map(str, values)) for values in zip(*columns, strict=True)]
