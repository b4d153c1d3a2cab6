"""Puts posts and comments into words: each distinct post once per step, then into the feeds of all who see it."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(slots=True)
class Shown:
    """What one reader is shown, top first: the lines of each post (its own, then its comments'), and how many of them
    are comments."""

    texts: list[str]
    comments: list[int]

    def without(self, over: int) -> Shown:
        """Return it with `over` characters less: without comments from the bottom, then without posts."""
        texts, comments = list(self.texts), list(self.comments)
        for place in range(len(texts) - 1, -1, -1):
            while over > 0 and comments[place]:
                short = texts[place].rpartition("\n")[0]
                over -= len(texts[place]) - len(short)
                texts[place] = short
                comments[place] -= 1
        while over > 0 and len(texts) > 1:
            over -= len(texts.pop()) + 1
            comments.pop()
        return Shown(texts, comments)


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

    def shown(
        self, world: World, seen: Seen, viewers: NDArray[np.int32], offered: tuple[Offer, ...]
    ) -> list[Shown]:
        """Return what each viewer is shown."""
        heads = self._heads(world, seen, {offer.name for offer in offered})
        lines = self._lines(world, seen)
        whole = ["\n".join([head, *below]) for head, below in zip(heads, lines, strict=True)]
        follows = self._followed(world, seen, viewers)
        silent = silenced(world, seen, viewers)
        numbers = [str(rank + 1) for rank in range(seen.feed.shape[1])]
        out = []
        for row, places in enumerate(seen.feed.tolist()):
            texts, counts = [], []
            for rank, place in enumerate(places):
                if place < 0:
                    break
                text, count = whole[place], len(lines[place])
                if silent and silent[row][rank]:
                    kept = self._unmuted_lines(world, seen, int(viewers[row]), place)
                    text, count = "\n".join([heads[place], *kept]), len(kept)
                mark = "*" if follows[row][rank] else ""
                texts.append(text.replace(_NUMBER, numbers[rank]).replace(_MARK, mark))
                counts.append(count)
            out.append(Shown(texts, counts))
        return out

    def _heads(self, world: World, seen: Seen, offered: set[str]) -> list[str]:
        """Return the line of each distinct post, with _NUMBER and _MARK in it."""
        posts = world.posts
        shown = np.where(seen.originals >= 0, seen.originals, seen.posts)
        authors, makers = posts.author[seen.posts].tolist(), posts.author[shown].tolist()
        above = posts.row(posts.parent[shown])  # what a quote is about
        spoken_of = np.where((above >= 0) & (posts.kind[shown] == QUOTE), posts.author[above], -1).tolist()
        known = self._people.of(world, {*authors, *makers, *spoken_of} - {-1})
        ages = _ages(world, seen.posts)
        counters = _counter_words(world, shown, offered)
        kinds, texts = posts.kind[seen.posts].tolist(), self._texts(world, shown, above, spoken_of, known)
        out = []
        for place, author in enumerate(authors):
            name = known[author][0]
            if kinds[place] == REPOST:
                name = f"{name} sharing {known[makers[place]][0]}"
            out.append(
                self._post(
                    {
                        "number": _NUMBER,
                        "mark": _MARK,
                        "author": name,
                        "age": ages[place],
                        "counters": counters[place],
                        "text": texts[place],
                    }
                )
            )
        return out

    def _lines(self, world: World, seen: Seen) -> list[list[str]]:
        """Return the lines of the comments of each distinct post, with _NUMBER in them."""
        place, nth = np.nonzero(seen.comments >= 0)
        rows = seen.comments[place, nth]
        lines: list[list[str]] = [[] for _ in range(seen.posts.shape[0])]
        words = self._comments(world, rows, (nth + 1).tolist())
        for at, line in zip(place.tolist(), words, strict=True):
            lines[at].append(line)
        return lines

    def _unmuted_lines(self, world: World, seen: Seen, user: int, place: int) -> list[str]:
        rows = unmuted(world, user, [row for row in seen.comments[place].tolist() if row >= 0])
        return self._comments(world, np.array(rows, np.int64), list(range(1, len(rows) + 1)))

    def _comments(self, world: World, rows: NDArray[np.int64], numbers: list[int]) -> list[str]:
        posts, p = world.posts, self._perception
        authors = posts.author[rows].tolist()
        known = self._people.of(world, set(authors)) if p.authors == "all" else {}
        likes, texts = posts.likes[rows].tolist(), posts.text[rows].tolist()
        values = {"number": "", "author": "", "age": "", "counters": "", "text": ""}
        out = []
        for number, author, age, liked, text in zip(
            numbers, authors, _ages(world, rows), likes, texts, strict=True
        ):
            values["number"] = f"{_NUMBER}.{number}"
            values["author"] = known[author][0] if known else ""
            values["age"], values["counters"] = age, str(liked)
            values["text"] = neutral(world.texts[text], p.comment_characters) if text >= 0 else ""
            out.append(self._comment(values))
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
                words = f"{words} [on {known[spoken_of[place]][0]}: {cited}]"
            if label >= 0:
                words = f"[label: {neutral(texts[label], _LABEL_CHARACTERS)}] {words}"
            if note >= 0:
                words = f"{words} [note: {neutral(texts[note], _NOTE_CHARACTERS)}]"
            if reports >= world.rules.report_threshold:
                words = f"[reported by {reports} users] {words}"
            out.append(words)
        return out

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


def _ages(world: World, rows: NDArray[np.int64]) -> list[str]:
    """Return how old posts are, in words; there are few different ages, and many posts."""
    steps = world.step - world.posts.step[rows].astype(np.int64)
    words = {age: age_words(age * world.clock.minutes_per_step) for age in np.unique(steps).tolist()}
    return [words[age] for age in steps.tolist()]
