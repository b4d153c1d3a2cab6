"""The points of a run's charts, and their tables."""

from __future__ import annotations

import pytest
from django.urls import reverse

from simapp.models import Run


@pytest.fixture
def running(owner):
    """A run with steps 0 .. 9."""
    from tests.live.steps import commit, make_run

    run = make_run(owner)
    commit(run, range(10))
    return run


def address(run: Run, part: str = "page", *more) -> str:
    return reverse(f"run:{part}", args=[run.pk, *more])


def body(response) -> str:
    return response.getvalue().decode()


def test_points_are_in_order_and_without_a_hole(running, browser) -> None:
    answer = browser.get(address(running, "points"), {"after": 3}).json()
    assert [row["step"] for row in answer["points"]] == [4, 5, 6, 7, 8, 9]
    assert (answer["step"], answer["every"], answer["more"]) == (9, 1, False)
    assert answer["points"][0]["metrics"]["opinion_variance"] == [0.004, pytest.approx(1 / 3, abs=1e-6)]
    assert answer["points"][0]["minute"] == 120
    assert answer["last"]["digest"] == "09" * 32


def test_a_missing_value_is_null_and_not_zero(running, browser) -> None:
    (row,) = browser.get(address(running, "points"), {"after": 8}).json()["points"]
    assert row["metrics"]["neighbour_correlation"] == [None, 0.0]


def test_a_limit_leaves_more_to_be_asked_for(running, browser) -> None:
    answer = browser.get(address(running, "points"), {"after": 1, "limit": 3}).json()
    assert ([row["step"] for row in answer["points"]], answer["more"], answer["last"]) == (
        [2, 3, 4],
        True,
        None,
    )


def test_nothing_newer_is_an_empty_list(running, browser) -> None:
    answer = browser.get(address(running, "points"), {"after": 9}).json()
    assert (answer["points"], answer["more"]) == ([], False)


def test_a_long_history_is_thinned_and_says_so(running, browser) -> None:
    from tests.live.steps import commit

    commit(running, range(10, 2500))
    answer = browser.get(address(running, "points"), {"thin": 1}).json()
    steps = [row["step"] for row in answer["points"]]
    assert len(steps) <= 2000
    assert (steps[0], steps[-1], answer["every"], answer["more"]) == (0, 2499, 2, False)


def test_without_thinning_a_long_history_comes_in_parts(running, browser) -> None:
    from tests.live.steps import commit

    commit(running, range(10, 2500))
    found: list[int] = []
    more = True
    while more:
        answer = browser.get(address(running, "points"), {"after": found[-1] if found else -1}).json()
        found += [row["step"] for row in answer["points"]]
        more = answer["more"]
    assert found == list(range(2500))


@pytest.mark.parametrize("text", ["x", "1e3", "٣", "--1", "9" * 30, "1;drop"])
def test_points_after_something_else_than_a_number_are_refused_in_one_sentence(
    text, running, browser
) -> None:
    answer = browser.get(address(running, "points"), {"after": text})
    assert (answer.status_code, answer.json()) == (400, {"error": "after must be a whole number."})


def test_the_csv_of_a_metric_has_every_step_and_empty_cells(running, browser) -> None:
    lines = body(browser.get(address(running, "metric-csv", "neighbour_correlation"))).splitlines()
    assert lines[:2] == ["step,minute,neighbour_correlation,null", "0,0,,0.0"]
    assert len(lines) == 11


def test_the_csv_of_a_chart_has_a_column_for_each_line(running, browser) -> None:
    lines = body(browser.get(address(running, "metric-csv", "activity"))).splitlines()
    assert lines[0] == "step,minute,posts_written,likes_made,reposts_made,comments_made,follows_made"
    assert lines[3] == "2,60,2.0,,,,"


def test_the_histogram_has_a_table_too(running, browser) -> None:
    lines = body(browser.get(address(running, "metric-csv", "opinion_histogram"))).splitlines()
    assert len(lines[0].split(",")) == 42
    assert lines[5].startswith("4,120,4,0,")


def test_the_time_by_stage_has_a_table_and_a_csv_of_every_step(running, browser) -> None:
    lines = body(browser.get(address(running, "metric-csv", "stage_times"))).splitlines()
    assert lines[:2] == ["step,minute,rank,decide", "0,0,0.3,0.1"], "in the order of a step"
    assert len(lines) == 11
    assert "Time by stage" in body(browser.get(address(running, "metric", "stage_times")))


def test_a_table_is_paged(running, browser) -> None:
    from tests.live.steps import commit

    commit(running, range(10, 250))
    page = body(browser.get(address(running, "metric", "opinion_variance"), {"from": 100}))
    assert "steps 100 to 199 of 249" in page
    assert 'href="?from=0"' in page
    assert 'href="?from=200"' in page


@pytest.mark.parametrize("part", ["metric", "metric-csv"])
def test_a_chart_that_does_not_exist_is_not_found(part, running, browser) -> None:
    assert browser.get(address(running, part, "polarization")).status_code == 404
