"""Compare: runs as columns, what differs first, deltas to the pinned one, and the whole state in the address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from simapp.experiments.side_by_side import End, charted
from simapp.models import Run
from simapp.runs.forks import create_fork
from tests.experiments.made import finish_all, launched
from tests.live.steps import commit, make_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client


@pytest.fixture
def pair(owner: Any) -> list[Run]:
    """Two runs of ten and six steps that differ in a setting."""
    runs = [make_run(owner, title="One"), make_run(owner, title="<b>Two</b>", feed={"preset": "chronological"})]
    commit(runs[0], range(10))
    commit(runs[1], range(6))
    return runs


def named(*runs: Run) -> str:
    return ",".join(str(run.pk) for run in runs)


def test_without_runs_the_page_lets_choose_some(browser: Client, pair: list[Run]) -> None:
    page = browser.get("/compare/").content.decode()
    assert "Choose 2 to 20 runs" in page
    assert f'name="runs" value="{pair[0].pk}"' in page
    one = browser.get(f"/compare/?runs={pair[0].pk}").content.decode()
    assert "checked" in one, "what is chosen stays chosen"
    many = browser.get(f"/compare/?runs={pair[0].pk}&runs={pair[1].pk}")
    assert many.templates[0].name == "compare.html"


def test_what_is_ticked_stays_ticked_while_one_filters_and_turns_pages(browser: Client, pair: list[Run]) -> None:
    for asked in ("find=nothing+like+it&choose=1", "page=1"):
        page = browser.get(f"/compare/?runs={pair[0].pk}&runs={pair[1].pk}&{asked}")
        assert page.templates[0].name == "compare/picker.html"
        ticked = re.findall(r'name="runs" value="(\d+)"[^>]* checked', page.content.decode())
        assert sorted(map(int, ticked)) == sorted(run.pk for run in pair)
        assert page.content.decode().count("<form method=\"get\"") == 1, "every button sends the ticks along"


def test_a_metric_without_any_value_is_drawn_only_when_it_is_asked_for() -> None:
    ends = [End("ei_index", "E-I", [None, None], [None, None]), End("posts_written", "Posts", [1.0, None], [0.0, None])]
    assert charted(ends, []) == ["posts_written"]
    assert charted(ends, ["ei_index"]) == ["ei_index"]
    assert charted(ends[:1], []) == ["ei_index"], "nothing has a value yet: the chart says so"


@pytest.mark.timeout(30)
@pytest.mark.parametrize("path", ["", "values/", "points.json", "values.csv", "settings.csv", "series/"])
def test_an_address_without_runs_is_answered(browser: Client, path: str) -> None:
    assert browser.get(f"/compare/{path}").status_code in {200, 400}


def test_settings_that_differ_come_alone_until_all_are_asked_for(browser: Client, pair: list[Run]) -> None:
    page = browser.get(f"/compare/?runs={named(*pair)}")
    assert [(row.path, row.values) for row, _ in page.context["settings"]] == [("feed.preset", ["", "chronological"])]
    page = browser.get(f"/compare/?runs={named(*pair)}&all=1&q=minutes")
    shown = [row.path for row, hidden in page.context["settings"] if not hidden]
    assert shown == ["clock.minutes_per_step"]
    assert "clock.<wbr>minutes_<wbr>per_<wbr>step</th>" in page.content.decode()
    assert "<b>Two</b>" not in page.content.decode()


def test_end_values_stand_beside_their_difference_from_the_pinned_run(browser: Client, pair: list[Run]) -> None:
    page = browser.get(f"/compare/?runs={named(*pair)}&baseline={pair[1].pk}")
    cells = {end.metric: cells for end, cells in page.context["ends"]}
    assert cells["posts_written"] == [("9", "+4"), ("5", "0")]
    assert cells["neighbour_correlation"] == [("–", ""), ("–", "")]
    columns = page.context["columns"]
    assert [column.pinned for column in columns] == [False, True]
    # It is said once above each table, not in every cell.
    assert page.content.decode().count('<b class="pinned">baseline</b>') == 2
    assert [column.colour for column in columns] == [1, 2]
    assert [line["colour"] for line in page.context["charts"][0]["lines"]] == [1, 2]


def test_table_and_file_of_a_chart_are_of_the_same_comparison(browser: Client, pair: list[Run]) -> None:
    state = f"runs={named(*pair)}&baseline={pair[1].pk}"
    chart = browser.get(f"/compare/?{state}&metrics=posts_written").context["charts"][0]
    assert chart["table"] == f"/compare/series/?{state}&metrics=posts_written&metric=posts_written"
    assert browser.get(chart["csv"])["Content-Type"].startswith("text/csv")


def test_charts_are_those_of_the_address(browser: Client, pair: list[Run]) -> None:
    page = browser.get(f"/compare/?runs={named(*pair)}&metrics=posts_written,made_up")
    assert [chart["key"] for chart in page.context["charts"]] == ["posts_written"]
    found = browser.get(f"/compare/points.json?runs={named(*pair)}&metrics=posts_written").json()
    assert found["lines"]["posts_written"][1] == {"steps": list(range(6)), "values": [float(i) for i in range(6)]}
    assert found["standing"][str(pair[0].pk)] == ["running", 9]
    assert found["over"] is False


def test_a_chart_has_the_null_of_the_pinned_run(browser: Client, pair: list[Run]) -> None:
    address = f"/compare/points.json?runs={named(*pair)}&metrics=opinion_variance,posts_written"
    assert browser.get(address).json()["nulls"] == {"opinion_variance": [list(range(10)), [0.333333] * 10]}
    pinned = browser.get(f"{address}&baseline={pair[1].pk}").json()["nulls"]
    assert pinned["opinion_variance"][0] == list(range(6))


def test_a_past_that_forks_share_is_drawn_once(browser: Client, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = launched(owner)
    finish_all(experiment)
    parent = Run.objects.order_by("pk")[0]
    commit_step(parent)
    forks = [create_fork(run=parent, at=2, member=owner, steps=9) for _ in range(2)]
    for fork in forks:
        plant(fork, range(3, 6))
    address = f"/compare/points.json?metrics=posts_written&runs={named(parent, *forks)}"
    lines = browser.get(address).json()["lines"]["posts_written"]
    assert [line["steps"] for line in lines] == [[0, 1, 2, 3], [2, 3, 4, 5], [2, 3, 4, 5]]
    alone = browser.get(f"/compare/points.json?metrics=posts_written&runs={named(*forks)}").json()
    assert [line["steps"] for line in alone["lines"]["posts_written"]] == [[0, 1, 2, 3, 4, 5], [2, 3, 4, 5]]


def commit_step(run: Run) -> None:
    """Give a run the steps that a fork wants to see."""
    from simapp.models import RunStep

    RunStep.objects.bulk_create(
        RunStep(
            run_id=run.pk, step=step, digest=bytes(32), impressions_digest=bytes(32), counts={"events": 0}, stages={},
            histogram=[],
        )
        for step in range(4)
    )  # fmt: skip


def plant(run: Run, steps: range) -> None:
    from simapp.models import RunMetric

    RunMetric.objects.bulk_create(
        RunMetric(run_id=run.pk, step=step, name="posts_written", value=float(step), null_value=None) for step in steps
    )
    Run.objects.filter(pk=run.pk).update(step=steps[-1])


def test_groups_are_means_with_their_band(browser: Client, owner: Any) -> None:
    experiment = launched(owner)
    finish_all(experiment)
    runs = named(*Run.objects.order_by("pk")[:12])
    page = browser.get(f"/compare/?runs={runs}&group=arm")
    assert [line["label"] for line in page.context["lines"]] == [
        "control (4 runs)", "more likes (4 runs)", "the same (4 runs)",
    ]  # fmt: skip
    found = browser.get(f"/compare/points.json?runs={runs}&group=arm&band=range&metrics=posts_written").json()
    control = found["groups"]["posts_written"][0]
    assert (control["low"][-1], control["values"][-1], control["high"][-1]) == (11.0, 12.5, 14.0)
    alone = browser.get(f"/compare/?runs={runs}").context["lines"]
    assert alone[0]["label"].endswith(" control \u00b7 1"), "what all names begin with is left out"
    by_setting = browser.get(f"/compare/?runs={runs}&group=minds.rates.like").context["lines"]
    assert len(by_setting) == 2
    assert browser.get(f"/compare/?runs={runs}&group=made.up").status_code == 400


@pytest.mark.parametrize("query", ["runs=x", "runs=1;2", f"runs={','.join(str(i) for i in range(21))}", "band=odd"])
def test_an_address_that_means_nothing_is_refused_with_a_sentence(browser: Client, query: str) -> None:
    for path in ("/compare/", "/compare/points.json", "/compare/values.csv", "/compare/settings.csv"):
        answer = browser.get(f"{path}?{query}")
        assert answer.status_code == 400, path
        assert answer.content.decode().endswith(".")


def test_runs_of_others_are_not_there(
    browser_of: Callable[[Any], Client], stranger: Any, browser: Client, pair: list[Run]
) -> None:
    visitor = browser_of(stranger)
    assert "do not exist or may not be seen" in visitor.get(f"/compare/?runs={named(*pair)}").content.decode()
    assert visitor.get(f"/compare/points.json?runs={named(*pair)}").json()["standing"] == {}
    for path in ("settings.csv", "values.csv"):
        assert str(pair[0].pk) not in visitor.get(f"/compare/{path}?runs={named(*pair)}").getvalue().decode()
    page = browser.get(f"/compare/?runs={named(*pair)},999999").content.decode()
    assert "Run 999999 does not exist" in page


def test_everything_can_be_taken_out(browser: Client, pair: list[Run]) -> None:
    query = f"runs={named(*pair)}"
    values = browser.get(f"/compare/values.csv?{query}").getvalue().decode()
    assert "posts_written,9.0,5.0,0.0,-4.0" in values
    settings = browser.get(f"/compare/settings.csv?{query}").getvalue().decode()
    assert "feed.preset,True,,chronological" in settings
    lines = browser.get(f"/compare/series/?{query}&metric=posts_written&format=csv").getvalue().decode().splitlines()
    assert (lines[6], lines[7]) == ("5,5.0,5.0", "6,6.0,")
    assert browser.get(f"/compare/series/?{query}&metric=posts_written").status_code == 200
    assert browser.get(f"/compare/series/?{query}&metric=made_up").status_code == 400


def test_twenty_runs_cost_as_many_queries_as_two(
    browser: Client, owner: Any, django_assert_max_num_queries: Any
) -> None:
    runs = [make_run(owner) for _ in range(20)]
    for run in runs:
        commit(run, range(4))
    with django_assert_max_num_queries(9):
        browser.get(f"/compare/?runs={named(*runs)}")
    with django_assert_max_num_queries(9):
        browser.get(f"/compare/points.json?runs={named(*runs)}")
