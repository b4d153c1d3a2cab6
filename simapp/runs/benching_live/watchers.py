"""The watchers of a benchmark's run, as a process: many sockets, each of which reads as a browser does.

`python -m simapp.runs.benching_live.watchers` reads one line of JSON from stdin ({"url", "origin", "cookie",
"sockets", "steps", "points", "patience"}), says `ready` when every socket has its snapshot, and at the end prints
{"heard": per socket [[step, monotonic seconds], …], "fetched": steps fetched over HTTP, "frames", "bytes"}. A second
line on stdin says that the run is over: what is not heard `patience` seconds later is not waited for. A socket hears
of a step when a message brings it, or a later one covers it; a gap is fetched over HTTP like a page does.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any
from urllib.request import Request, urlopen

FIRST_PATIENCE = 60.0  # seconds for a socket to open and to get its snapshot
AT_ONCE = 25  # sockets that open at the same time


class Watcher:
    """One socket: which step it has heard of, and when."""

    def __init__(self, wish: dict[str, Any]) -> None:
        self.wish = wish
        self.known = -1
        self.heard: list[tuple[int, float]] = []
        self.frames, self.bytes, self.fetched = 0, 0, 0
        self.socket: Any = None

    async def open(self, gate: asyncio.Semaphore) -> None:
        """Connect, and take the snapshot."""
        from websockets.asyncio.client import connect

        async with gate:
            self.socket = await connect(
                self.wish["url"], origin=self.wish["origin"], additional_headers={"Cookie": self.wish["cookie"]},
                open_timeout=FIRST_PATIENCE, max_size=None,
            )  # fmt: skip
            await self.take(await asyncio.wait_for(self.socket.recv(), FIRST_PATIENCE))

    async def listen(self) -> None:
        """Read until the last step is known or the line ends."""
        while self.known < self.wish["steps"]:
            await self.take(await self.socket.recv())
        await self.socket.close()

    async def take(self, frame: str) -> None:
        """Note what a frame brings."""
        now = time.monotonic()
        self.frames, self.bytes = self.frames + 1, self.bytes + len(frame)
        for message in json.loads(frame)["messages"]:
            kind = message["type"]
            if kind == "gap":
                await self.fetch(message["from"], message["to"])
                self.reached(message["to"], time.monotonic())
            elif kind == "snapshot":
                self.known = message["state"]["step"]
            else:
                self.reached(message["step"], now)

    def reached(self, step: int, now: float) -> None:
        """Everything up to `step` is known now."""
        if step > self.known:
            self.heard.extend((covered, now) for covered in range(self.known + 1, step + 1))
            self.known = step

    async def fetch(self, first: int, last: int) -> None:
        """Catch up over HTTP."""
        request = Request(f"{self.wish['points']}?after={first - 1}", headers={"Cookie": self.wish["cookie"]})  # noqa: S310

        def read() -> int:
            with urlopen(request, timeout=30) as answer:  # noqa: S310 - an address of our own on loopback
                return len(json.load(answer)["points"])

        self.fetched += min(await asyncio.to_thread(read), last - first + 1)


async def watch(wish: dict[str, Any]) -> dict[str, Any]:
    """Open all sockets, say so, and listen to the end."""
    watchers = [Watcher(wish) for _ in range(wish["sockets"])]
    gate = asyncio.Semaphore(AT_ONCE)
    began = time.monotonic()
    await asyncio.gather(*(watcher.open(gate) for watcher in watchers))
    sys.stdout.write(json.dumps({"ready": round(time.monotonic() - began, 3)}) + "\n")
    sys.stdout.flush()
    listening = [asyncio.create_task(watcher.listen()) for watcher in watchers]
    over = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    await asyncio.wait([over, asyncio.gather(*listening, return_exceptions=True)], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait(listening, timeout=wish["patience"])
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    return {
        "heard": [watcher.heard for watcher in watchers],
        "fetched": sum(watcher.fetched for watcher in watchers),
        "frames": sum(watcher.frames for watcher in watchers),
        "bytes": sum(watcher.bytes for watcher in watchers),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(watch(json.loads(sys.stdin.readline())))) + "\n")
