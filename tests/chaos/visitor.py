"""A member's browser: signed in by the link, reads pages, and watches runs as the page's script does."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from simapp.runs.messages import socket_path

AWAY = (OSError, http.client.HTTPException, WebSocketException, TimeoutError, EOFError)
FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0  # as in static/js/run_link.js
GRACE = 0.4


class Visitor:
    """One signed-in browser of the site at `address`."""

    def __init__(self, address: str, link: str) -> None:
        self.address = address
        self._cookies = CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies)).open
        with self._open(link, timeout=30) as page:
            page.read()

    @property
    def cookie(self) -> str:
        """The header that a socket's handshake carries."""
        return "; ".join(f"{one.name}={one.value}" for one in self._cookies)

    def get(self, path: str, timeout: float = 10.0) -> str:
        """Return a page; raises one of AWAY (an answer of 500 and the like included)."""
        with self._open(f"{self.address}{path}", timeout=timeout) as page:
            return str(page.read().decode())

    def points(self, run_id: int, after: int) -> dict[str, Any]:
        """Return the committed steps after a number, as the page's charts ask for them."""
        return dict(json.loads(self.get(f"/runs/{run_id}/points?after={after}")))


class Watcher(threading.Thread):
    """Watches one run to its end over its socket, and fetches by number whatever it missed."""

    def __init__(self, visitor: Visitor, run_id: int) -> None:
        super().__init__(name=f"watcher-{run_id}", daemon=True)
        self._visitor, self._run = visitor, run_id
        self.steps: dict[int, dict[str, Any]] = {}
        self.newest = -1
        self.status = ""
        self.pushed = self.fetched = self.lines = 0
        self._wait = FIRST_WAIT
        self.problem = ""
        self.done = threading.Event()

    @property
    def known(self) -> int:
        """The last step of the series without a hole."""
        last = -1
        while last + 1 in self.steps:
            last += 1
        return last

    def run(self) -> None:
        """Watch; keep what ended it where that is not the run's end."""
        try:
            self._watch()
        except Exception as problem:  # noqa: BLE001 - told as a loss
            self.problem = repr(problem)

    def _watch(self) -> None:
        """Connect, and again after every loss, until the run is over and its series complete."""
        while not self.done.is_set():
            try:
                self._catch_up()
                self._listen()
            except AWAY:
                time.sleep(self._wait)
                self._wait = min(self._wait * 2, LONGEST_WAIT)

    def _listen(self) -> None:
        url = self._visitor.address.replace("http", "ws", 1) + socket_path(self._run)
        headers = {"Cookie": self._visitor.cookie}
        with connect(url, additional_headers=headers, origin=self._visitor.address, open_timeout=10) as line:
            self.lines += 1
            self._wait = FIRST_WAIT
            while not self.done.is_set():
                try:
                    text = line.recv(timeout=1.0)
                except TimeoutError:
                    continue
                for message in json.loads(text)["messages"]:
                    self._take(message)
                if self.newest > self.known:
                    time.sleep(GRACE)
                    self._catch_up()
                self._look_for_the_end()

    def _take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "snapshot":
            if message["step"]:
                self._take(message["step"])
            self._take(message["state"])
        elif kind == "step":
            self.newest = max(self.newest, message["step"])
            self.steps.setdefault(message["step"], message)
            self.pushed += 1
        elif kind == "gap":
            self.newest = max(self.newest, message["to"])
        elif kind == "state":
            self.newest = max(self.newest, message["step"])
            self.status = message["status"]

    def _catch_up(self) -> None:
        while True:
            answer = self._visitor.points(self._run, self.known)
            for row in answer["points"]:
                self.steps.setdefault(row["step"], row)
                self.fetched += 1
            self.newest = max(self.newest, answer["step"])
            if not (answer["more"] and answer["points"]):
                break

    def _look_for_the_end(self) -> None:
        if self.status in {"finished", "stopped", "failed"} and self.known == self.newest:
            self.done.set()
