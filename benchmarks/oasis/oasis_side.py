"""OASIS's side. Runs in OASIS's own environment and is told what to do, one JSON line at a time.

OASIS is used as its documentation shows: `Platform`, `SocialAgent`, `AgentGraph`, `oasis.make`, `env.reset`,
`env.step` with `ManualAction`, and the SQLite file as the result. People, follows and first posts are put into
that file as rows, as OASIS's own generators do. Nothing here imports anything of ours.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

KINDS = ("like_post", "follow", "repost", "create_comment", "refresh")
BEGAN = "2026-01-05 12:00:00"
USER = (
    "INSERT INTO user (user_id, agent_id, user_name, name, bio, created_at, num_followings, num_followers) "
    "VALUES (?, ?, ?, ?, ?, ?, 0, 0)"
)


class Side:
    """One platform at a time, and the agents that act on it (made once: they take 20 ms each)."""

    def __init__(self) -> None:
        self.agents: list[Any] = []
        self.env: Any = None
        self.platform: Any = None

    async def open(self, *, world: str, database: str, recsys: str, buffer: int, agents: int) -> dict[str, Any]:
        """Start a platform on a new file and fill it; with agents, start an environment whose agents sign up."""
        import oasis

        columns = dict(np.load(f"{world}.npz"))
        words = json.loads(Path(f"{world}.json").read_text(encoding="utf-8"))
        Path(database).unlink(missing_ok=True)
        # The numbers of OASIS's presets: X shows 2 recommended posts and 3 of followees, Reddit 5.
        reddit = recsys == "reddit"
        self.platform = oasis.Platform(
            database,
            recsys_type=recsys,
            max_rec_post_len=buffer,
            refresh_rec_post_count=5 if reddit else 2,
            following_post_count=3,
            allow_self_rating=False,
        )
        began = time.perf_counter()
        if agents:
            self._make_agents(agents, words["bios"])
            graph = oasis.AgentGraph()
            for agent in self.agents[:agents]:
                graph.add_agent(agent)
            self.env = oasis.make(agent_graph=graph, platform=self.platform, database_path=database)
            await self.env.reset()
        _fill(database, columns, words, signed_up=agents, created=BEGAN if reddit else 0)
        return {"seconds": time.perf_counter() - began}

    async def carry(self, *, requests: str) -> dict[str, Any]:
        """Have a list of requests done by the platform's own handlers, one after another, without the channel."""
        calls = _calls(requests)
        handlers = {name: getattr(self.platform, name) for name in KINDS}
        done = refused = shown = 0
        began = time.perf_counter()
        for _, actor, kind, arguments in calls:
            answer = await handlers[kind](actor, *arguments)
            if answer["success"]:
                done += 1
                shown += len(answer.get("posts", ()))
            else:
                refused += 1
        return {"seconds": time.perf_counter() - began, "done": done, "refused": refused, "shown": shown}

    async def step(self, *, requests: str) -> dict[str, Any]:
        """Have a list of requests done by `env.step` with manual actions: recommender update and all."""
        import oasis

        kinds = {name: oasis.ActionType(name) for name in KINDS}
        actions = {
            self.agents[actor]: oasis.ManualAction(kinds[kind], named)
            for named, actor, kind, _ in _calls(requests)
        }
        began = time.perf_counter()
        await self.env.step(actions)
        return {"seconds": time.perf_counter() - began}

    async def update(self) -> dict[str, Any]:
        """Update the recommendations of everybody."""
        began = time.perf_counter()
        await self.platform.update_rec_table()
        return {"seconds": time.perf_counter() - began}

    async def tick(self) -> dict[str, Any]:
        """Let a step of the clock pass, as env.step does; a user may do the same thing once per tick."""
        self.platform.sandbox_clock.time_step += 1
        return {}

    async def close(self) -> dict[str, Any]:
        """Stop the platform; the file stays."""
        if self.env is not None:
            await self.env.close()
            self.env = None
        else:
            self.platform.db_cursor.close()
            self.platform.db.close()
        return {}

    def _make_agents(self, count: int, bios: list[str]) -> None:
        import oasis
        from camel.models import ModelFactory
        from camel.types import ModelPlatformType, ModelType

        # camel's stub: no language model is ever asked by a manual action.
        model = ModelFactory.create(ModelPlatformType.OPENAI, ModelType.STUB, api_key="none")
        for i in range(len(self.agents), count):
            person = oasis.UserInfo(user_name=f"user{i}", name=f"User {i}", description=bios[i])
            offered = [oasis.ActionType(name) for name in KINDS]
            self.agents.append(oasis.SocialAgent(i, person, model=model, available_actions=offered))


def _fill(database: str, columns: dict[str, Any], words: dict[str, Any], *, signed_up: int, created: Any) -> None:
    bios, texts = words["bios"], words["texts"]
    follower, followee = columns["follower"], columns["followee"]
    people = range(signed_up, len(bios))
    following = np.bincount(follower, minlength=len(bios)).tolist()
    followers = np.bincount(followee, minlength=len(bios)).tolist()
    with sqlite3.connect(database) as file:
        file.executemany(USER, [(i, i, f"user{i}", f"User {i}", bios[i], created) for i in people])
        file.executemany(
            "UPDATE user SET num_followings = ?, num_followers = ? WHERE user_id = ?",
            zip(following, followers, range(len(bios)), strict=True),
        )
        file.executemany(
            "INSERT INTO follow (follower_id, followee_id, created_at) VALUES (?, ?, ?)",
            ((a, b, created) for a, b in zip(follower.tolist(), followee.tolist(), strict=True)),
        )
        file.executemany(
            "INSERT INTO post (user_id, content, created_at) VALUES (?, ?, ?)",
            ((a, text, created) for a, text in zip(columns["author"].tolist(), texts, strict=True)),
        )
    file.close()


def _calls(path: str) -> list[tuple[dict[str, Any], int, str, tuple[Any, ...]]]:
    """Return (arguments by name, actor, kind, arguments as a handler takes them) of each request.

    Posts are numbered from 1 in OASIS's file and from 0 in the list.
    """
    columns = dict(np.load(path))
    calls: list[tuple[dict[str, Any], int, str, tuple[Any, ...]]] = []
    rows = zip(*(columns[name].tolist() for name in ("kind", "actor", "post", "user", "comment")), strict=True)
    for code, actor, post, user, comment in rows:
        kind = KINDS[code]
        if kind == "follow":
            calls.append(({"followee_id": user}, actor, kind, (user,)))
        elif kind == "create_comment":
            text = f"comment {comment} on this"
            calls.append(({"post_id": post + 1, "content": text}, actor, kind, ((post + 1, text),)))
        elif kind == "refresh":
            calls.append(({}, actor, kind, ()))
        else:
            calls.append(({"post_id": post + 1}, actor, kind, (post + 1,)))
    return calls


async def main() -> None:
    """Answer orders until there are no more."""
    # OASIS and camel print; answers have a channel of their own.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    side = Side()
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = await getattr(side, order.pop("do"))(**order)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the other process has to hear of it
            answer = {"problem": f"{type(problem).__name__}: {problem}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    asyncio.run(main())
