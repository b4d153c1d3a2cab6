"""When an endpoint may be asked: limits per minute, pauses it asked for, and a breaker for when it is gone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

MINUTE = 60.0


@dataclass(slots=True)
class Taken:
    """What a window holds of one request: since when, how much, and whether it still counts."""

    at: float
    amount: int
    counts: bool = True


@dataclass
class Window:
    """At most `limit` units in any 60 seconds; 0 = no limit. Times are seconds of any clock that only goes on.

    A sliding window, not a bucket that fills up: a bucket lets two minutes' worth through within one.
    """

    limit: int
    _held: int = 0
    _taken: deque[Taken] = field(default_factory=deque)

    def wait(self, amount: int, now: float) -> float:
        """Return the seconds until `amount` fits, 0 = now. More than the limit fits once nothing else is held."""
        if not self.limit:
            return 0.0
        self._forget(now)
        over = self._held + min(amount, self.limit) - self.limit
        if over <= 0:
            return 0.0
        for taken in self._taken:
            over -= taken.amount
            if over <= 0:
                return max(taken.at + MINUTE - now, 1e-3)
        return 0.0

    def take(self, amount: int, now: float) -> Taken:
        """Hold `amount` from now on; return its entry, which `settle` can correct."""
        taken = Taken(now, amount, counts=bool(self.limit))
        if taken.counts:
            self._taken.append(taken)
            self._held += amount
        return taken

    def settle(self, taken: Taken, amount: int) -> None:
        """Correct what an entry holds, once it is known, and as long as it still counts."""
        if taken.counts:
            self._held += amount - taken.amount
            taken.amount = amount

    def _forget(self, now: float) -> None:
        while self._taken and self._taken[0].at + MINUTE <= now:
            old = self._taken.popleft()
            old.counts = False
            self._held -= old.amount


@dataclass
class Breaker:
    """Stops asking a server that is gone, and lets one request find out whether it is back.

    Opens after `after` failures without a success between them. Failures of requests that were under way together
    are one failure, and so are those of one question: a hundred requests that a restart cut off do not make a
    server dead, nor does a question that no server survives. Open, it lets nothing through for `rest` seconds,
    then a single request; its failure doubles the rest, up to `most_rest`.
    """

    after: int = 3
    rest: float = 15.0
    most_rest: float = 240.0
    _failed: set[int] = field(default_factory=set)
    _unreached: int = 0
    _last: float = float("-inf")
    _open_until: float | None = None
    _rest: float = 0.0
    _trying: bool = False
    why: str = ""

    def ready(self, now: float) -> bool:
        """Whether a request may go out."""
        if self._open_until is None:
            return True
        return now >= self._open_until and not self._trying

    @property
    def trying(self) -> bool:
        """Whether a single request is under way that finds out."""
        return self._trying

    def began(self) -> bool:
        """A request goes out; return whether it is the one that finds out, to be handed to what ends it."""
        self._trying = self._open_until is not None
        return self._trying

    def went_well(self) -> None:
        """The server answered, whatever it said."""
        self._failed.clear()
        self._unreached, self._rest, self._open_until, self._trying, self.why = 0, 0.0, None, False, ""

    def let_go(self, trial: bool) -> None:
        """A request was given up by whoever made it; nothing is known."""
        self._trying = self._trying and not trial

    def failed(
        self, question: int, began: float, now: float, why: str, *, trial: bool = False, reached: bool = True
    ) -> None:
        """A request that began at `began` failed; `reached` False = there is no server at all."""
        if self._open_until is not None:
            # One that set out before says nothing that is not known.
            if trial:
                self.open(now, why)
            return
        if began < self._last or (reached and question in self._failed):
            return
        self._last = now
        self._failed.add(question)
        self._unreached = 0 if reached else self._unreached + 1
        if max(len(self._failed), self._unreached) >= self.after:
            self.open(now, why)

    def open(self, now: float, why: str, *, rest: float = 0.0) -> None:
        """Let nothing through for a while: longer each time, and for `rest` seconds at least."""
        self._rest = max(rest, min(max(2 * self._rest, self.rest), self.most_rest))
        self._open_until, self._trying, self.why = now + self._rest, False, why
