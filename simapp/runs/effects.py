"""What interventions did, counted: users, follows, posts and what became of them. Read for a page of them at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import connection

from simapp.engine.actions.registry import code_of
from simapp.engine.core import ids
from simapp.engine.core.errors import SociariumError
from simapp.engine.core.outcomes import SENTENCES, Outcome
from simapp.models import RunPost, RunText
from simapp.runs.happenings import DONE
from simapp.runs.points import past_of
from simapp.store.files import list_files, run_folder
from simapp.store.history import counters_at
from simapp.store.lineage import belongs, holder_of, segments_of
from simapp.store.parquet import read_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simapp.models import Run
    from simapp.runs.happenings import Happening

# Injected posts count their number down from the top (engine/interventions.py).
_INJECTED = ids.MAX_PER_STEP - 1024
REACH_STEPS, REACH_USERS = 30, 50_000  # how far, and of how large a run, logs are read to see whom a post reached
_KEPT_SECONDS = 3600
_FOLLOWS = {"order_follow": "follows made", "order_unfollow": "follows cut"}


@dataclass(frozen=True)
class Effect:
    """What came of an intervention. refused: why nothing did, "" where something did. said: counts in words.

    post: the number of the post that it wrote or was about; user: likewise; None for none.
    """

    refused: str = ""
    said: tuple[str, ...] = ()
    post: int | None = None
    user: int | None = None


def effects(run: Run, shown: Sequence[Happening]) -> list[Effect]:
    """Return what came of each; nothing yet for what is not done."""
    done = [one for one in shown if one.state == DONE]
    steps = {one.step for one in done if one.order >= 0}
    orders = {step: _orders(run, step) for step in steps}
    posts = _injected(run, [one for one in done if one.kind == "inject_post"])
    counters = counters_at(run, {key for key in posts.values() if key is not None}, run.step) if posts else {}
    reached = _reached(run, [key for key in posts.values() if key is not None])
    found = []
    for one in shown:
        if one.state != DONE:
            found.append(Effect())
        elif one.order >= 0:
            found.append(_ordered(orders[one.step].get(one.order, [])))
        elif one.kind == "inject_post":
            found.append(_written(posts.get(id(one)), counters, reached))
        else:
            found.append(Effect())
    return found


def _orders(run: Run, step: int) -> dict[int, list[tuple[int, int, int, int, int]]]:
    """Return by place in the step (code, outcome, how many, a post, a user) of what the platform was ordered to do."""
    segment = holder_of(segments_of(run), step)
    made = segment.run.created.timestamp() if segment.run is not None else 0
    key = f"orders:{segment.run_id}:{made}:{step}"
    if (held := cache.get(key)) is not None:
        return held  # type: ignore[no-any-return]
    votes = f"{code_of('like_post')}, {code_of('dislike_post')}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n, code, outcome, count(*), max(target), max(user_id) FROM run_event x "  # noqa: S608 - our own numbers
            f"WHERE {belongs('x', [segment])} AND step = %s AND actor = %s AND code NOT IN ({votes}) GROUP BY 1, 2, 3",
            [step, ids.SYSTEM],
        )
        found: dict[int, list[tuple[int, int, int, int, int]]] = {}
        for n, *rest in cursor.fetchall():
            found.setdefault(n, []).append(tuple(rest))  # type: ignore[arg-type]
    cache.set(key, found, _KEPT_SECONDS)  # the past does not change, and a rewiring may be millions of rows
    return found


def _ordered(rows: list[tuple[int, int, int, int, int]]) -> Effect:
    said, post, user, why = [], None, None, ""
    for code, outcome, many, target, named in sorted(rows):
        if outcome != Outcome.DONE:
            why = why or SENTENCES[Outcome(outcome)]
            continue
        word = next((words for name, words in _FOLLOWS.items() if code == code_of(name)), "")
        if word:
            said.append(f"{many:,} {word}".replace(",", "\u202f"))
        elif many > 1:
            accounts = "automated" if code == code_of("automate_user") else "given back"
            said.append(f"{many:,} accounts {accounts}".replace(",", "\u202f"))
        else:
            post, user = (target if target >= 0 else None), (named if named >= 0 else None)
    happened = any(outcome == Outcome.DONE for _, outcome, *_ in rows)
    if not rows:
        said.append("nothing had to change")
    return Effect("" if happened or not rows else why, tuple(said), post, user)


def _injected(run: Run, wanted: list[Happening]) -> dict[int, int | None]:
    """Return by identity of each happening the number of the post it wrote, None where its author could not."""
    found: dict[int, int | None] = {}
    for step in {one.step for one in wanted}:
        mine = [one for one in wanted if one.step == step]
        rows = RunPost.objects.filter(past_of(run), step=step, kind=0).extra(
            where=["(key & 4095) >= %s"], params=[_INJECTED]
        )
        listed = list(rows.order_by("-key").values_list("key", "author", "text_id"))
        texts = dict(
            RunText.objects.filter(past_of(run), text_id__in={row[2] for row in listed}).values_list("text_id", "text")
        )
        for one in mine:
            said, author = one.settings["text"], one.settings.get("author")
            fits = [
                row for row in listed
                if texts.get(row[2]) == said and (not isinstance(author, int) or row[1] == author)
            ]  # fmt: skip
            found[id(one)] = fits[0][0] if fits else None
            if fits:
                listed.remove(fits[0])
    return found


def _written(key: int | None, counters: dict[int, Any], reached: dict[int, tuple[int, int]]) -> Effect:
    if key is None:
        return Effect(refused=SENTENCES[Outcome.SUSPENDED])
    said = []
    if key in reached:
        users, steps = reached[key]
        within = f" in its first {steps} steps" if steps == REACH_STEPS else ""
        said.append(f"reached {_many(users, 'user')}{within}")
    counts = counters[key]
    said += [
        _many(many, word)
        for many, word in ((counts.likes, "like"), (counts.shares, "share"), (counts.comments, "comment"))
        if many
    ]
    return Effect("", tuple(said), key, None)


def _reached(run: Run, keys: list[int]) -> dict[int, tuple[int, int]]:
    """Return by post (users to whom it was shown, steps that were looked at), where the logs of all are kept."""
    if not keys or run.users > REACH_USERS:
        return {}
    import polars as pl

    found: dict[int, tuple[int, int]] = {}
    for key in keys:
        first = int(ids.split_post_key(key)[1])
        last = min(first + REACH_STEPS, run.step)
        viewers: set[int] = set()
        try:
            for segment in segments_of(run):
                lo, hi = max(segment.first, first + 1), min(segment.last, last)
                for _, file in list_files(segment.run_id, "impressions", after=lo - 1, upto=hi) if lo <= hi else ():
                    rows = read_log(run_folder(segment.run_id), file).filter(pl.col("post") == key)
                    viewers.update(rows["viewer"].to_list())
        except (SociariumError, OSError):  # let go by the retention rule, or damaged: nothing is said of it
            continue
        found[key] = (len(viewers), last - first)
    return found


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}".replace(",", "\u202f")


def keys_named(shown: Iterable[Happening]) -> set[int]:
    """Return the numbers of posts that members named."""
    named = (one.settings.get("post") for one in shown)
    return {int(post["key"]) for post in named if isinstance(post, dict) and "key" in post}
