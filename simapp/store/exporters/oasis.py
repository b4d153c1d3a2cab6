"""One SQLite file that programs written for OASIS read: its 16 tables, with every row of the run.

Ids count as in OASIS: users from 0, everything else from 1, in the order of the run. What is kept in
memory is the identity and the number of every post (16 bytes each); rows are streamed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simapp.engine.actions.registry import code_of, names_by_code
from simapp.engine.core.ids import SYSTEM
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.posts import COMMENT, POST, QUOTE, REPOST
from simapp.store.exporters import manifest
from simapp.store.exporters.oasis_legacy import Chains
from simapp.store.exporters.oasis_notes import NOBODY, has_clock
from simapp.store.exporters.oasis_schema import COUNTERS, TABLES
from simapp.store.exporters.oasis_traces import BATCH, Happened, Tracer
from simapp.store.exporters.source import Source, steps_apart, stream
from simapp.store.files import list_files, run_folder
from simapp.store.lineage import belongs
from simapp.store.parquet import read_log

Progress = Callable[[float, str], None]


def write(
    source: Source, folder: Path, progress: Progress, *, legacy_reposts: bool = False
) -> list[dict[str, Any]]:
    """Write `<run>.db` into `folder`; return its entry for the manifest. legacy_reposts: see oasis_legacy.py."""
    path = folder / f"{source.run.pk}.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # The file is worthless until it is complete, and then it is renamed: no journal is needed.
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        for table, columns in TABLES.items():
            database.execute(f'CREATE TABLE "{table}" ({columns})')
        database.execute("BEGIN")
        _Export(source, database, progress, Chains(source) if legacy_reposts else None).run()
        database.execute("COMMIT")
        rows = {table: _count(database, table) for table in TABLES}
    about = "The run as an OASIS database (SQLite, 16 tables)."
    return [manifest.entry(path, about=about, rows=sum(rows.values()), tables=rows)]


class _Export:
    def __init__(
        self, source: Source, database: sqlite3.Connection, progress: Progress, chains: Chains | None
    ) -> None:
        self._chains = chains
        self._shown: list[tuple[int, int]] = []  # with chains: (number of a repost, of the post that it shows)
        self._source, self._database, self._progress = source, database, progress
        self._segments = source.segments
        self._tracer = Tracer(database, [str(p["name"]) for p in source.products])
        self._start = datetime.fromisoformat(str(source.document["clock"]["start"]))
        self._clock = has_clock(source)
        self._posts, self._comments = self._numbered()

    def run(self) -> None:
        for share, doing, part in (
            (0.0, "users", self._users),
            (0.1, "follows", self._follows),
            (0.2, "posts", self._write_posts),
            (0.4, "events", self._events),
            (0.85, "who did nothing", self._idle),
            (0.89, "interviews", self._interviews),
            (0.9, "recommendations", self._recommended),
            (0.95, "counters", self._counters),
        ):
            self._progress(share, doing)
            part()

    def _users(self) -> None:
        founder, time = self._segments[0].run_id, self._time(0)
        query = "SELECT user_id, handle, name, bio FROM run_user WHERE run_id = %s ORDER BY user_id"
        for rows in stream(query, [founder]):
            self._database.executemany(
                "INSERT INTO user (user_id, agent_id, user_name, name, bio, created_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [(user, user, handle, name, bio, time) for user, handle, name, bio in rows],
            )
            for user, handle, name, bio in rows:
                info = {"name": name, "user_name": handle, "bio": bio}
                self._tracer.add_row(user, time, "sign_up", info)

    def _follows(self) -> None:
        founder, time = self._segments[0].run_id, self._time(0)
        query = (
            "SELECT follower, followee FROM run_follow WHERE run_id = %s AND step = 0 "
            "ORDER BY follower, followee"
        )
        for rows in stream(query, [founder]):
            for follower, followee in rows:
                self._tracer.follows.add(follower, followee, time)

    def _numbered(self) -> tuple[_Numbers, _Numbers]:
        keys: list[NDArray[np.int64]] = []
        comment: list[NDArray[np.bool_]] = []
        for segment in self._segments:
            where = belongs("x", [segment])
            query = f"SELECT key, kind FROM run_post x WHERE {where} ORDER BY step, key"  # noqa: S608
            for rows in stream(query, rows=BATCH * 5):
                part = np.array(rows, np.int64)
                keys.append(part[:, 0])
                comment.append(part[:, 1] == COMMENT)
        every = np.concatenate([np.zeros(0, np.int64), *keys])
        is_comment = np.concatenate([np.zeros(0, np.bool_), *comment])
        return _Numbers(every[~is_comment]), _Numbers(every[is_comment])

    def _write_posts(self) -> None:
        for segment in self._segments:
            for rows in stream(
                "SELECT key, root, step, author, kind, text_id FROM run_post x "  # noqa: S608
                f"WHERE {belongs('x', [segment])} ORDER BY step, key"
            ):
                self._write_some_posts(rows)

    def _write_some_posts(self, rows: list[tuple[Any, ...]]) -> None:
        keys = np.array([row[0] for row in rows], np.int64)
        roots = np.array([row[1] for row in rows], np.int64)
        own, comments = self._posts.of(keys).tolist(), self._comments.of(keys).tolist()
        under = self._posts.of(roots).tolist()
        quoted = self._source.text_ids(row[1] for row in rows if row[4] == QUOTE)
        texts = self._source.texts([*(row[5] for row in rows), *quoted.values()])
        spelled = self._spell([row[0] for row in rows if row[4] == REPOST])
        posts: list[tuple[Any, ...]] = []
        notes: list[tuple[Any, ...]] = []
        for row, post, comment, root in zip(rows, own, comments, under, strict=True):
            _, root_key, step, author, kind, text_id = row
            user, time, text = _user(author), self._time(step), texts.get(text_id, "")
            if kind == COMMENT:
                notes.append((comment, root, user, text, time))
            elif kind == POST:
                posts.append((post, user, None, text, None, time))
            else:  # a repost has no words of its own, a quote carries a copy of the original's
                quote = kind == QUOTE
                copied = texts.get(quoted.get(root_key, -1), "") if quote else spelled.get(row[0], "")
                posts.append((post, user, root, copied, text if quote else None, time))
        self._database.executemany(
            "INSERT INTO post (post_id, user_id, original_post_id, content, quote_content, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            posts,
        )
        self._database.executemany(
            "INSERT INTO comment (comment_id, post_id, user_id, content, created_at) VALUES (?, ?, ?, ?, ?)",
            notes,
        )

    def _spell(self, reposts: list[int]) -> dict[int, str]:
        if self._chains is None:
            return {}
        shown = self._posts.of(np.array([self._chains.shown(key) for key in reposts], np.int64))
        own = self._posts.of(np.array(reposts, np.int64))
        self._shown += zip(shown.tolist(), own.tolist(), strict=True)
        return self._chains.texts(reposts)

    def _events(self) -> None:
        names = names_by_code()
        done, whole = 0, max(self._source.run.events, 1)
        for rows in self._accepted():
            posts = np.array([row[3] for row in rows], np.int64)
            targets = np.array([row[4] for row in rows], np.int64)
            found = zip(
                rows,
                self._posts.of(posts).tolist(),
                self._posts.of(targets).tolist(),
                self._comments.of(posts).tolist(),
                strict=True,
            )
            texts = self._source.texts(row[6] for row in rows)
            for (step, actor, code, _, _, other, text_id, item, amount), post, target, comment in found:
                text = texts.get(text_id, "")
                self._tracer.happened(
                    Happened(
                        _user(actor),
                        self._time(step),
                        step,
                        names[code],
                        post,
                        target,
                        comment,
                        other,
                        text or "",
                        item,
                        amount,
                    )
                )
            done += len(rows)
            self._progress(0.4 + 0.45 * min(done / whole, 1.0), f"events: {done:,}")

    def _idle(self) -> None:
        """Doing nothing changes nothing, so it is no event; OASIS traces it, and the decision log has it."""
        quiet = code_of("do_nothing")
        for segment in self._segments:
            for step, file in list_files(segment.run_id, "decisions", after=segment.first - 1, upto=segment.last):
                chosen = read_log(run_folder(segment.run_id), file).filter(pl.col("code") == quiet)
                times = chosen.group_by("actor").len().sort("actor")
                for user, count in times.iter_rows():
                    for _ in range(count):
                        self._tracer.trace(user, self._time(step), step, "do_nothing", {})

    def _interviews(self) -> None:
        """Interviews are no part of the run; OASIS keeps them in its trace."""
        number = 0
        for segment in self._segments:
            for rows in stream(
                "SELECT step, user_id, prompt, response FROM run_probe x "  # noqa: S608
                f"WHERE kind = 'interview' AND {belongs('x', [segment])} ORDER BY step, probe_id, seq"
            ):
                for step, user, prompt, response in rows:
                    number += 1
                    said = {"prompt": prompt, "response": response, "interview_id": number}
                    self._tracer.add_row(user, self._time(step), "interview", said)
        self._tracer.close()

    def _accepted(self) -> Iterator[list[tuple[Any, ...]]]:
        # OASIS traces a search whether or not it found anything.
        searches = f"{code_of('search_posts')}, {code_of('search_user')}"
        traced = f"(outcome = 0 OR outcome = {Outcome.NOTHING_FOUND:d} AND code IN ({searches}))"
        for segment in (part for whole in self._segments for part in steps_apart(whole)):
            yield from stream(
                "SELECT step, actor, code, post, target, user_id, text_id, item, amount "  # noqa: S608
                f"FROM run_event x WHERE {traced} AND {belongs('x', [segment])} ORDER BY step, seq"
            )

    def _recommended(self) -> None:
        last = self._segments[-1]
        for _, file in list_files(last.run_id, "impressions", after=last.last - 1, upto=last.last):
            shown = read_log(run_folder(last.run_id), file)
            posts = self._posts.of(shown["post"].to_numpy())
            pairs = zip(shown["viewer"].to_list(), posts.tolist(), strict=True)
            self._database.executemany(
                "INSERT OR IGNORE INTO rec VALUES (?, ?)", [pair for pair in pairs if pair[1]]
            )

    def _counters(self) -> None:
        for table, column, key, counted, by in COUNTERS:
            self._database.execute(
                f'UPDATE "{table}" SET {column} = held.n FROM '  # noqa: S608 - our own names
                f'(SELECT {by} AS id, count(*) n FROM "{counted}" WHERE {by} IS NOT NULL GROUP BY {by}) held '
                f'WHERE "{table}".{key} = held.id'
            )

        # As in OASIS's first databases: a repost has the likes of what it shows.
        self._database.executemany(
            "UPDATE post SET num_likes = (SELECT num_likes FROM post WHERE post_id = ?) WHERE post_id = ?",
            self._shown,
        )

    def _time(self, step: int) -> int | str:
        if not self._clock:
            return step * self._source.minutes_per_step if self._chains else step
        at = self._start + timedelta(minutes=step * self._source.minutes_per_step)
        return at.strftime("%Y-%m-%d %H:%M:%S")


class _Numbers:
    """Row ids of posts: 1 for the first key given, and so on."""

    def __init__(self, keys: NDArray[np.int64]) -> None:
        self._order = np.argsort(keys, kind="stable")
        self._sorted = keys[self._order]

    def of(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return int64[A] ids; 0 for keys that are not among them."""
        if not self._sorted.shape[0]:
            return np.zeros(keys.shape[0], np.int64)
        at = np.minimum(np.searchsorted(self._sorted, keys), self._sorted.shape[0] - 1)
        return np.where(self._sorted[at] == keys, self._order[at] + 1, 0)


def _user(author: int) -> int:
    return NOBODY if author == SYSTEM else author


def _count(database: sqlite3.Connection, table: str) -> int:
    return int(database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608
