"""The list of runs, its sparklines, and what lists cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from simapp.models import Export
from simapp.runs import services
from simapp.web.numbers import clock_time, simulated_span, size_in_words, thousands, three_digits
from simapp.web.sparkline import POINTS, draw, list_sparks

if TYPE_CHECKING:
    from django.test import Client


def _measure(run: Any, values: list[float | None], name: str = "opinion_variance") -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO run_metric (run_id, step, name, value) VALUES (%s, %s, %s, %s)",
            [(run.pk, step, name, value) for step, value in enumerate(values)],
        )
    run.step = len(values) - 1
    run.steps = max(run.steps, run.step)
    run.save()


def test_an_empty_project_says_what_to_do(browser: Client) -> None:
    page = browser.get("/runs/").content.decode()
    assert "No run yet" in page
    assert "Choose a scenario" in page


def test_a_run_shows_its_state_progress_and_headline(browser: Client, run: Any) -> None:
    _measure(run, [0.2, 0.3, 0.41])
    run.status, run.heartbeat = "running", {"rate": 1.5}
    run.steps = 302
    run.save()
    row = browser.get("/runs/").context["rows"][0]
    assert (row.label, row.last, row.steps, row.eta) == ("Opinion spread", "0.41", "2 / 302", "3:20")
    assert row.spark.path == "M0.0 12.2L48.0 7.4L96.0 2.0"


def test_htmx_gets_the_table_alone(browser: Client, run: Any) -> None:
    page = browser.get("/runs/", headers={"HX-Request": "true"}).content.decode()
    assert 'id="runs-table"' in page
    assert "<html" not in page


def test_a_failed_run_says_why_and_a_waiting_one_for_what(browser: Client, run: Any) -> None:
    assert "waiting for a run worker to take it" in browser.get("/runs/").content.decode()
    run.status, run.error = "failed", "The disk is <full>."
    run.save()
    assert "The disk is &lt;full&gt;." in browser.get("/runs/").content.decode()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?q=small", 1),
        ("?q=7", 1),
        ("?q=nothing", 0),
        ("?status=queued", 1),
        ("?status=failed", 0),
        ("?status=odd", 1),
        ("?q=%00", 1),
        ("?q=" + "9" * 60, 0),
        ("?page=99", 1),
        ("?page=-1", 1),
        ("?page=x", 1),
    ],
)
def test_the_filter_finds_by_name_seed_and_status_and_forgives_the_rest(
    browser: Client, run: Any, query: str, shown: int
) -> None:
    assert len(browser.get("/runs/" + query).context["rows"]) == shown


def test_hidden_runs_are_not_listed(browser: Client, run: Any) -> None:
    run.hidden = True
    run.save()
    assert browser.get("/runs/").context["rows"] == []


def test_what_a_list_costs_does_not_grow_with_its_length(
    browser: Client, owner: Any, scenario: Any, django_assert_num_queries: Any
) -> None:
    services.load_gallery()
    version = scenario.versions.get()
    costs = {"/runs/": 5, "/scenarios/": 10, "/exports/": 4}
    for length in (2, 12):
        for _ in range(length):
            run = services.create_run(owner=owner, version=version, seed=1)
            _measure(run, [0.1, 0.2])
            Export.objects.create(run=run, format="csv", owner=owner)
            services.create_scenario(owner=owner, document=services.load_scenario(version.document))
        for path, queries in costs.items():
            with django_assert_num_queries(queries):
                browser.get(path)


def test_a_long_run_is_read_at_sixty_points_and_its_last(run: Any) -> None:
    _measure(run, [float(step) for step in range(1000)])
    spark = list_sparks([(run, "opinion_variance")])[run.pk]
    assert spark.path.count("L") == POINTS
    assert spark.last == 999.0


def test_a_missing_value_is_a_gap_and_no_value_no_line() -> None:
    assert draw([(0.0, 1.0), (0.5, None), (1.0, 2.0)]) == "M0.0 22.0M96.0 2.0"
    assert draw([(0.0, 1.0), (1.0, 1.0)]) == "M0.0 12.0L96.0 12.0"
    assert draw([(0.0, None)]) == ""


def test_a_line_starts_where_its_range_starts() -> None:
    assert draw([(0.0, 1.0), (1.0, 2.0)], 0.0) == "M0.0 12.0L96.0 2.0"
    assert draw([(0.0, 0.0), (1.0, 0.0)], 0.0) == "M0.0 22.0L96.0 22.0"


def test_numbers_read_as_people_write_them() -> None:
    assert thousands(1204567) == "1\u202f204\u202f567"
    assert [three_digits(v) for v in (-0.3821, 0.5, 12345.6)] == ["\u22120.382", "0.5", "12\u202f346"]
    assert [clock_time(v) for v in (59.6, 151, 7322, 500_000)] == ["1:00", "2:31", "2:02:02", "5 days"]
    assert [size_in_words(v) for v in (7, 31_596, 999_999_999, 2_500_000_000)] == [
        "7 B",
        "31.6 kB",
        "1000 MB",
        "2.5 GB",
    ]
    assert [simulated_span(v) for v in (15, 720, 30_000)] == ["15 min", "12 hours", "20.8 days"]
