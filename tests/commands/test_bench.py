"""The benchmark runs the real path and says what it did."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from simapp.models import Run, RunEvent

pytestmark = pytest.mark.django_db(transaction=True)


def bench(**options: object) -> dict:
    out = io.StringIO()
    call_command("bench", "step", json=True, stdout=out, **options)
    return json.loads(out.getvalue().splitlines()[-1])


def test_a_small_benchmark_meets_its_own_workload() -> None:
    one = bench(users=600, follows=8, steps=2, threads=1)
    two = bench(users=600, follows=8, steps=2, threads=2)
    assert (one["users"], one["active_per_step"]) == (600, 600)
    assert one["events_per_step"] >= 600
    assert one["posts_per_step"] >= 0.2 * 600
    assert one["impressions_per_step"] > 8 * 600
    assert one["digest"] == two["digest"]
    assert {"rank", "decide", "apply", "measure", "commit"} <= set(one["stages"])
    assert RunEvent.objects.filter(run_id=one["run"]).count() == Run.objects.get(pk=one["run"]).events
