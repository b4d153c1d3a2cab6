"""What asking through HTTP costs: processor time per decision, and wall time where a server takes its time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any

from agents.asking import Question, Sampling
from agents.inference.endpoint.gate import Gates
from agents.inference.endpoint.loop import run
from agents.inference.endpoint.loopback import loopback
from agents.inference.endpoint.model import EndpointModel
from agents.inference.endpoint.settings import Endpoint

ROUNDS = 3


def measure_http(questions: Sequence[Question], *, concurrency: int = 16) -> dict[str, Any]:
    """Return what the HTTP client costs against a server that answers at once, in a process of its own.

    http_cpu_ms_per_decision: processor milliseconds of this process, all threads, from question to reply read;
    median of three rounds over all `questions`, after a warm-up.
    """
    with loopback() as base_url:
        rounds = _rounds(base_url, questions, concurrency)
    cpu, wall = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {
        "http_decisions": len(questions),
        "http_concurrency": concurrency,
        "http_cpu_ms_per_decision": round(1000 * cpu / len(questions), 3),
        "http_decisions_per_second": round(len(questions) / wall, 1),
    }


def measure_latency(
    questions: Sequence[Question], *, concurrency: int = 16, latency: float = 1.0
) -> dict[str, Any]:
    """Return how close a batch comes to the bound that latency sets: questions / concurrency, rounded up, * latency."""
    with loopback(latency) as base_url:
        # Connections are made in the warm-up; `questions` of the bound are then all that is waited for.
        _, wall = _rounds(base_url, questions, concurrency, rounds=1)[0]
    bound = -(-len(questions) // concurrency) * latency
    return {
        "latency_s": latency,
        "latency_decisions": len(questions),
        "latency_concurrency": concurrency,
        "latency_bound_s": round(bound, 3),
        "latency_wall_s": round(wall, 3),
        "latency_wall_over_bound": round(wall / bound, 4),
    }


def _rounds(
    base_url: str, questions: Sequence[Question], concurrency: int, rounds: int = ROUNDS
) -> list[tuple[float, float]]:
    """Return processor and wall seconds of each round."""
    gates = Gates()
    endpoint = Endpoint("loopback", base_url, "loopback", concurrency=concurrency, timeout=600.0)
    model = EndpointModel([endpoint], lambda _: "", gates)
    spent = []
    try:
        model.answer(questions[:concurrency], Sampling())
        for _ in range(rounds):
            cpu, wall = time.process_time(), time.perf_counter()
            replies = model.answer(questions, Sampling())
            spent.append((time.process_time() - cpu, time.perf_counter() - wall))
            if any(reply.outcome != "answered" or reply.tries != 1 for reply in replies):
                raise RuntimeError("the loopback server did not answer every question at the first try")
    finally:
        run(gates.close())
    return spent
