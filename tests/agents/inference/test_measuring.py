"""The benchmark of the HTTP client measures what it says."""

from __future__ import annotations

from agents.inference.endpoint.measuring import measure_http, measure_latency
from tests.agents.inference.asked import question

ASKED = [question(n) for n in range(12)]


def test_the_clients_cost_is_counted_without_the_servers():
    figures = measure_http(ASKED, concurrency=4)
    assert figures["http_decisions"] == 12
    assert 0 < figures["http_cpu_ms_per_decision"] < 1000


def test_requests_that_wait_wait_together():
    figures = measure_latency(ASKED, concurrency=6, latency=0.05)
    assert figures["latency_bound_s"] == 0.1
    assert figures["latency_wall_s"] >= 0.1, "no reply comes sooner than the server lets it"
