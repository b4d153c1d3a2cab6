"""What waits to be sent to one browser: bounded, in order, without loss that is not told."""

from __future__ import annotations

from simapp.runs.messages import VERSION, GapMessage, to_json


class Outbox:
    """Collects messages between two sends.

    Steps leave in order and once. When more than `limit` wait, or one is missing, the range is told as a gap
    instead, which the browser fetches over HTTP. Of states only the newest counts.
    """

    def __init__(self, run_id: int, limit: int = 200) -> None:
        self._run = run_id
        self._limit = limit
        self._newest = -1  # the highest step that was sent, waits, or was told as missing
        self._gap: tuple[int, int] | None = None
        self._steps: list[tuple[int, str]] = []
        self._state: str | None = None
        self._first: str | None = None

    def __bool__(self) -> bool:
        return bool(self._steps or self._gap or self._state is not None or self._first is not None)

    def put_snapshot(self, body: str, step: int) -> None:
        """Begin with the snapshot of `step`; earlier steps are known to the browser from HTTP."""
        self._first = body
        self._newest = step

    def put_step(self, step: int, body: str) -> None:
        """Add a step; one that was told before (a new owner announces the last step again) is dropped."""
        if step <= self._newest:
            return
        if step > self._newest + 1:
            self._close_over(step - 1)
        self._steps.append((step, body))
        self._newest = step
        if len(self._steps) > self._limit:
            self._close_over(step)

    def put_state(self, body: str) -> None:
        """Add a state in place of an older one."""
        self._state = body

    def take(self) -> str | None:
        """Return everything that waits as one text frame and forget it; None when nothing waits."""
        if not self:
            return None
        bodies = [self._first] if self._first is not None else []
        if self._gap is not None:
            bodies.append(to_json(GapMessage(run=self._run, first=self._gap[0], last=self._gap[1])))
        bodies.extend(body for _, body in self._steps)
        if self._state is not None:
            bodies.append(self._state)
        self._first, self._gap, self._steps, self._state = None, None, [], None
        return f'{{"v":{VERSION},"type":"batch","run":{self._run},"messages":[{",".join(bodies)}]}}'

    def _close_over(self, last: int) -> None:
        """Turn everything unsent up to `last` into one gap: one range is simpler to fetch than several."""
        if self._gap is not None:
            first = self._gap[0]
        elif self._steps:
            first = self._steps[0][0]
        else:
            first = self._newest + 1
        self._gap = (first, last)
        self._steps = []
        self._newest = max(self._newest, last)
