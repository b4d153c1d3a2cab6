"""The owner of a benchmark's run, as a process: says when each step was committed and what the process used by then.

`python -m simapp.runs.benching_live.owner RUN THREADS` prints one line of JSON: {"steps": [[step, monotonic seconds
when it was announced, processor seconds of this process], …], "status": how the run stands}. The clock is the
machine's, the same for all processes; a step is announced right after its commit.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any


def main(run_id: int, threads: int) -> None:
    """Own the run to its end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "simapp.settings")
    import django

    django.setup()
    from simapp.engine.core.threads import Workers
    from simapp.runs import leases, messages
    from simapp.runs.execute import execute

    steps: list[tuple[int, float, float]] = []
    publish = messages.publish

    def noted(message: Any) -> bool:
        if message.type == "step":
            steps.append((message.step, time.monotonic(), time.process_time()))
        return publish(message)

    messages.publish = noted
    outcome = execute(run_id, workers=Workers(threads), lease=leases.take(run_id, leases.owner_name("bench")))
    status = outcome.status if outcome is not None else "lost"
    sys.stdout.write(json.dumps({"steps": steps, "status": status}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
