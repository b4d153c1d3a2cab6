"""The feed of a run's page: what was written, newest first, as people see it.

A page costs the same few queries however long the run is: posts, what they repost or quote, authors, texts,
and counters. Posts are found by (run, step, key), never by a scan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from simapp.engine.core.clock import Clock
from simapp.engine.core.ids import SYSTEM, split_post_key
from simapp.engine.core.posts import KINDS
from simapp.models import RunPost, RunStep, RunText, RunUser
from simapp.runs.points import past_of
from simapp.store.history import counters_at
from simapp.store.lineage import segments_of

if TYPE_CHECKING:
    from simapp.models import Run

PAGE = 30
STANCES = ("stance unknown", "strongly against", "against", "neutral", "in favour", "strongly in favour")
_REPOST, _QUOTE, _COMMENT = (KINDS.index(kind) for kind in ("repost", "quote", "comment"))


@dataclass(frozen=True)
class Post:
    """One item. handle wrote text; by reposted it ("" for an original); quoted is what a quote is about.

    key is a string: JavaScript cannot hold it as a number. side: 1 (against) .. 5 (in favour), 0 unknown.
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
    likes: int
    shares: int
    comments: int

    @property
    def side_word(self) -> str:
        """The stance in words, for the colour must not stand alone."""
        return STANCES[self.side]


@dataclass(frozen=True)
class Feed:
    """Items of one page. step: everything up to it was considered. after: what they are newer than, or -1.

    older: cursor of the next page or "". skipped: how many newer items did not fit.
    """

    posts: list[Post]
    step: int
    after: int = -1
    older: str = ""
    skipped: int = 0


def read(run: Run, *, after: int = -1, before: str = "") -> Feed:
    """The newest posts, those after a step, or those before a cursor "step.key" (else ValueError)."""
    found = RunPost.objects.filter(past_of(run), kind__lt=_COMMENT)
    if after >= 0:
        found = found.filter(step__gt=after)
    if before:
        step, key = _cursor(before)
        found = found.filter(step__lte=step).exclude(step=step, key__gte=key)
    rows = list(found.order_by("-step", "-key")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    skipped = max(_written(run, after) - PAGE, 1) if more and after >= 0 else 0
    older = f"{rows[-1].step}.{rows[-1].key}" if more and after < 0 else ""
    return Feed(_posts(run, rows), run.step, after, older, skipped)


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


def _posts(run: Run, rows: list[RunPost]) -> list[Post]:
    known = {row.key: row for row in rows}
    known |= _by_key(run, {key for row in rows if row.kind for key in (row.parent, row.root)} - set(known))
    shown = [_pair(row, known) for row in rows]
    handles = _handles(run, {post.author for row in rows for post in (row, *_pair(row, known)) if post})
    texts = _texts(run, {post.text_id for pair in shown for post in pair if post})
    counts = counters_at(run, {said.key for said, _ in shown}, run.step) if shown else {}
    document = run.scenario_version.document
    clock = Clock(_start(document["clock"]["start"]), int(document["clock"]["minutes_per_step"]))
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
            side=_side(said.stance),
            likes=counts[said.key].likes,
            shares=counts[said.key].shares,
            comments=counts[said.key].comments,
        )
        for row, (said, quoted) in zip(rows, shown, strict=True)
    ]


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


def _handles(run: Run, users: set[int]) -> dict[int, str]:
    found = RunUser.objects.filter(
        run_id=segments_of(run)[0].run_id, user_id__in=users - {SYSTEM}
    ).values_list("user_id", "handle")
    return {**dict.fromkeys(users, "unknown"), SYSTEM: "system", **dict(found)}


def _texts(run: Run, ids: set[int]) -> dict[int, str]:
    return dict(RunText.objects.filter(past_of(run), text_id__in=ids - {-1}).values_list("text_id", "text"))


def _side(stance: float) -> int:
    """1 .. 5: five equal parts of [-1, 1]; 0 when the stance is unknown."""
    if math.isnan(stance):
        return 0
    return 1 + sum(stance > edge for edge in (-0.6, -0.2, 0.2, 0.6))


def _start(text: str) -> datetime:
    return datetime.fromisoformat(text)
