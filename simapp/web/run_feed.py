"""The feed of a run's page: what was written, newest first, as people see it.

A page costs the same few queries however long the run is: posts, what they repost or quote, authors, texts,
and counters. Posts are found by (run, step, key), never by a scan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simapp.engine.core.clock import Clock
from simapp.engine.core.ids import SYSTEM, split_post_key
from simapp.engine.core.posts import KINDS
from simapp.models import RunPost, RunStep, RunText, RunUser
from simapp.runs.points import past_of
from simapp.store import authored
from simapp.store.history import Counters, counters_at
from simapp.store.lineage import segments_of
from simapp.store.marks import Marks, marks_at
from simapp.web import feed_comments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from simapp.models import Run

PAGE = 30
MOST_COUNTED = 999  # new items of some authors
STANCES = ("stance unknown", "strongly against", "against", "neutral", "in favour", "strongly in favour")
_REPOST, _QUOTE, _COMMENT = (KINDS.index(kind) for kind in ("repost", "quote", "comment"))


@dataclass(frozen=True)
class Comment:
    """A comment below a post; votes as in Post."""

    handle: str
    text: str
    likes: int | None
    dislikes: int | None
    score: int | None


@dataclass(frozen=True)
class Post:
    """One item. handle wrote text; by reposted it ("" for an original); quoted is what a quote is about.

    key is a string: JavaScript cannot hold it as a number. side: 1 (against) .. 5 (in favour), 0 unknown.
    likes and dislikes are None where the platform shows a score, and score is None where it does not.
    warned: so many users reported what is shown, or this share of it, that the platform warns. removed,
    demoted, label, note: what moderation did. replies: the newest comments. author: number of who wrote text.
    """

    key: str
    step: int
    time: datetime
    handle: str
    by: str
    text: str
    quoted: str
    quoted_handle: str
    topic: str
    side: int
    likes: int | None
    dislikes: int | None
    score: int | None
    shares: int
    comments: int
    warned: bool = False
    marks: Marks = field(default_factory=Marks)
    replies: tuple[Comment, ...] = ()
    author: int = SYSTEM

    @property
    def decider(self) -> int:
        """The user whose decision put it there, -1 where the scenario did."""
        user = int(self.key) >> 32
        return user if user != SYSTEM and self.step > 0 else -1

    @property
    def side_word(self) -> str:
        """The stance in words, for the colour must not stand alone."""
        return STANCES[self.side]


@dataclass(frozen=True)
class Feed:
    """Items of one page. step: everything up to it was considered. after: what they are newer than, or -1.

    older: cursor of the next page or "". skipped: how many newer items did not fit. at: the past step as of
    which it is shown, None for now. back_to: the step at which a look for some authors' items ended before the page was
    full, None where it went on to the beginning.
    """

    posts: list[Post]
    step: int
    after: int = -1
    older: str = ""
    skipped: int = 0
    at: int | None = None
    back_to: int | None = None


def read(
    run: Run, *, after: int = -1, before: str = "", upto: int | None = None, authors: NDArray[np.int32] | None = None
) -> Feed:
    """The newest posts, those after a step, or those before a cursor "step.key" (else ValueError).

    upto: as it stood after that step, its counters and marks too; None for now. authors: only what these users
    (ascending) wrote or shared, and no `after`.
    """
    if authors is not None:
        return _read_authored(run, authors, before, upto)
    found = RunPost.objects.filter(past_of(run), kind__lt=_COMMENT)
    if upto is not None:
        found = found.filter(step__lte=upto)
    if after >= 0:
        found = found.filter(step__gt=after)
    if before:
        step, key = _cursor(before)
        found = found.filter(step__lte=step).exclude(step=step, key__gte=key)
    rows = list(found.order_by("-step", "-key")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    skipped = max(_written(run, after) - PAGE, 1) if more and after >= 0 else 0
    older = f"{rows[-1].step}.{rows[-1].key}" if more and after < 0 else ""
    return Feed(_posts(run, rows, upto), run.step if upto is None else upto, after, older, skipped, upto)


def _read_authored(run: Run, authors: NDArray[np.int32], before: str, upto: int | None) -> Feed:
    found = authored.newest_of(run, authors, before=_cursor(before) if before else None, upto=upto, most=PAGE)
    rows = _by_key(run, set(found.keys.tolist()))
    posts = _posts(run, [rows[key] for key in found.keys.tolist()], upto)
    older = f"{found.older[0]}.{found.older[1]}" if found.older else ""
    back_to = found.older[0] if found.older and found.keys.shape[0] < PAGE else None
    return Feed(posts, run.step if upto is None else upto, older=older, at=upto, back_to=back_to)


def authored_after(run: Run, authors: NDArray[np.int32], step: int) -> tuple[int, bool]:
    """Return how many posts, reposts and quotes these users wrote after a step, and whether there may be more."""
    found = authored.newest_of(run, authors, after=step, most=MOST_COUNTED)
    return found.keys.shape[0], found.older is not None


def _written(run: Run, after: int) -> int:
    """Posts, reposts and quotes written after a step, from its counts: rows are too many to be counted for a page."""
    found = RunStep.objects.filter(past_of(run), step__gt=after).values_list("counts", flat=True)
    return sum(int(counts.get(name, 0)) for counts in found for name in ("create_post", "repost", "quote_post"))


def _cursor(text: str) -> tuple[int, int]:
    parts = text.split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts):
        msg = "before must be a step and a key, as in 12.34."
        raise ValueError(msg)
    return min(int(parts[0]), 2**31 - 1), min(int(parts[1]), 2**63 - 1)


def written_after(run: Run, step: int) -> int:
    """Return how many posts, reposts and quotes were written after a step."""
    return _written(run, step)


def as_shown(run: Run, keys: set[int], upto: int, marked: int | None = None) -> dict[int, Post]:
    """Return posts by key as they stood after step `upto`, in the same few queries.

    marked: the step up to which moderation is told: what is done at the beginning of a step, its feeds show already.
    """
    found = list(_by_key(run, set(keys)).values())
    return {int(post.key): post for post in _posts(run, found, upto, marked)}


def _posts(run: Run, rows: list[RunPost], upto: int | None = None, marked: int | None = None) -> list[Post]:
    known = {row.key: row for row in rows}
    known |= _by_key(run, {key for row in rows if row.kind for key in (row.parent, row.root)} - set(known))
    shown = [_pair(row, known) for row in rows]
    if not rows:
        return []
    replies = feed_comments.newest(run, {said.key for said, _ in shown}, upto)
    authors = {post.author for row in rows for post in (row, *_pair(row, known)) if post}
    handles = handles_of(run, authors | {reply.author for reply in replies})
    words = {post.text_id for pair in shown for post in pair if post}
    texts = texts_of(run, words | {reply.text_id for reply in replies})
    keys = {key for row, (said, _) in zip(rows, shown, strict=True) for key in (row.key, said.key)}
    at = run.step if upto is None else upto
    counts = counters_at(run, keys | {reply.key for reply in replies}, at)
    marks = marks_at(run, keys, at if marked is None else marked)
    document = run.scenario_version.document
    platform = document.get("platform") or {}
    score = shows_score(platform)
    warned_from = int(platform.get("report_threshold") or 2)
    below: dict[int, list[Comment]] = {}
    for reply in replies:
        votes = _votes(counts[reply.key], score=score)
        comment = Comment(handles[reply.author], texts.get(reply.text_id, ""), **votes)
        below.setdefault(reply.under, []).append(comment)
    clock = clock_of(run)
    topics = document["topics"]
    return [
        Post(
            key=str(row.key),
            step=row.step,
            time=clock.at(row.step),
            handle=handles[said.author],
            by=handles[row.author] if said is not row else "",
            text=texts.get(said.text_id, ""),
            quoted=texts.get(quoted.text_id, "") if quoted else "",
            quoted_handle=handles[quoted.author] if quoted else "",
            topic=topics[said.topic] if 0 <= said.topic < len(topics) else "",
            side=side_of(said.stance),
            **_votes(counts[said.key], score=score),
            shares=counts[said.key].shares,
            comments=counts[said.key].comments,
            # Each row has reports of its own; a share carries the warning of what it shows too.
            warned=max(counts[key].reports for key in (row.key, said.key)) >= warned_from,
            marks=marks.get(said.key) or marks.get(row.key) or Marks(),
            replies=tuple(below.get(said.key, ())),
            author=said.author,
        )
        for row, (said, quoted) in zip(rows, shown, strict=True)
    ]


def shows_score(platform: dict[str, Any]) -> bool:
    """Whether a stored platform shows likes minus dislikes instead of two counts (Platform.shows_score)."""
    chosen = platform.get("show_score")
    return bool(chosen) if chosen is not None else platform.get("rules") == "forum"


def _votes(counters: Counters, *, score: bool) -> dict[str, int | None]:
    """Return likes and dislikes, or their difference as score; what is not shown is None."""
    if score:
        return {"likes": None, "dislikes": None, "score": counters.likes - counters.dislikes}
    return {"likes": counters.likes, "dislikes": counters.dislikes, "score": None}


def _pair(row: RunPost, known: dict[int, RunPost]) -> tuple[RunPost, RunPost | None]:
    """(the post whose text is shown, the post it quotes). A repost of a repost shows the original."""
    source = known.get(row.parent)
    if source is None or source.text_id < 0:
        source = known.get(row.root)
    if row.kind == _REPOST and source is not None:
        return source, None
    return row, source if row.kind == _QUOTE else None


def _by_key(run: Run, keys: set[int]) -> dict[int, RunPost]:
    keys.discard(-1)
    if not keys:
        return {}
    steps = {int(split_post_key(key)[1]) for key in keys}
    return {row.key: row for row in RunPost.objects.filter(past_of(run), step__in=steps, key__in=keys)}


def handles_of(run: Run, users: set[int]) -> dict[int, str]:
    found = RunUser.objects.filter(
        run_id=segments_of(run)[0].run_id, user_id__in=users - {SYSTEM}
    ).values_list("user_id", "handle")
    return {**dict.fromkeys(users, "unknown"), SYSTEM: "system", **dict(found)}


def texts_of(run: Run, ids: set[int]) -> dict[int, str]:
    return dict(RunText.objects.filter(past_of(run), text_id__in=ids - {-1}).values_list("text_id", "text"))


def side_of(stance: float) -> int:
    """1 .. 5: five equal parts of [-1, 1]; 0 when the stance is unknown."""
    if math.isnan(stance):
        return 0
    return 1 + sum(stance > edge for edge in (-0.6, -0.2, 0.2, 0.6))


def clock_of(run: Run) -> Clock:
    """Return the run's simulated clock."""
    told = run.scenario_version.document["clock"]
    return Clock(datetime.fromisoformat(told["start"]), int(told["minutes_per_step"]))
