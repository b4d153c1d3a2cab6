"""The benchmark runs the real path and says what it did."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from simapp.engine.core.errors import WrongInput
from simapp.metrics.registry import live
from simapp.models import Run, RunEvent

pytestmark = pytest.mark.django_db(transaction=True)


def bench(name: str = "step", **options: object) -> dict:
    out = io.StringIO()
    call_command("bench", name, json=True, stdout=out, **options)
    return json.loads(out.getvalue().splitlines()[-1])


def test_a_small_benchmark_meets_its_own_workload() -> None:
    one = bench(users=600, follows=8, steps=2, threads=1, keep=True)
    two = bench(users=600, follows=8, steps=2, threads=2)
    assert (one["users"], one["active_per_step"]) == (600, 600)
    assert one["events_per_step"] >= 600
    assert one["posts_per_step"] >= 0.2 * 600
    assert one["impressions_per_step"] > 8 * 600
    assert one["digest"] == two["digest"]
    assert {"rank", "decide", "apply", "measure", "commit"} <= set(one["stages"])
    assert RunEvent.objects.filter(run_id=one["run"]).count() == Run.objects.get(pk=one["run"]).events
    assert len(one["rss_mib"]) == 3
    assert "run" not in two
    assert Run.objects.count() == 1


def test_the_scale_says_how_the_cost_grows_and_leaves_nothing_behind() -> None:
    before = RunEvent.objects.count()
    found = bench("scale", sizes="100,200,400", follows=5, steps=1)
    assert [row["users"] for row in found["rows"]] == [100, 200, 400]
    assert -1 < found["exponent"] < 2
    assert not Run.objects.exists()
    assert RunEvent.objects.count() == before


@pytest.mark.parametrize("sizes", ["100", "200,100", "a,b", "", "100,100"])
def test_sizes_that_say_nothing_about_scale_are_refused(sizes: str) -> None:
    with pytest.raises(WrongInput, match="--sizes"):
        bench("scale", sizes=sizes)


def test_archetypes_are_measured_without_a_run() -> None:
    found = bench("decide", tier="archetype", users=400, steps=1)
    assert (found["tier"], found["users"], found["decisions"]) == ("archetype", 400, 800)
    assert found["model_calls"] == 408
    assert not Run.objects.exists()


def test_the_cost_of_every_live_metric_is_timed_in_memory() -> None:
    found = bench("metrics", users=300, follows=5, steps=1)
    assert set(found["metrics"]) == set(live())
    assert found["users"] == 300
    assert 0 < found["live_share"] < 1
    assert set(found["seconds"]) == set(found["cpu_seconds"]) == {"step", "usual", "live"}
    assert not Run.objects.exists()


@pytest.mark.parametrize("kind", ["hot", "interest"])
def test_ranking_is_timed_over_full_feeds_and_threads_change_nothing_but_the_time(kind: str) -> None:
    one = bench("rank", kind=kind, users=400, posts=900, candidates=300, k=5, steps=1, threads=1)
    two = bench("rank", kind=kind, users=400, posts=900, candidates=300, k=5, steps=1, threads=2)
    assert one["impressions"] == 400 * 5
    assert one["checksum"] == two["checksum"]
    assert one["seconds"] > 0
    assert one["peak_rss_mib"] > 0
    assert one["device"].startswith("cpu")
    if kind == "interest":
        assert 0 < one["texts_encoded"] <= 900
        assert one["texts_per_second"] > 0


@pytest.mark.parametrize(("name", "value"), [("users", 1), ("posts", 0), ("steps", 0), ("k", 256), ("candidates", 3)])
def test_a_ranking_that_cannot_be_timed_is_refused(name: str, value: int) -> None:
    with pytest.raises(WrongInput, match=str(value)):
        bench("rank", kind="hot", **({"users": 10, "posts": 10} | {name: value}))
