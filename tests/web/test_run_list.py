"""The list of runs, its sparklines, and what lists cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from simapp.models import Export, Run
from simapp.runs import services
from simapp.web.numbers import clock_time, simulated_span, size_in_words, spaced, thousands, three_digits
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


def test_an_empty_project_offers_the_gallery(browser: Client) -> None:
    page = browser.get("/runs/").content.decode()
    assert "No run yet" in page
    assert 'href="/scenarios/">Open the gallery</a>' in page


def test_a_run_shows_its_state_progress_and_headline(browser: Client, run: Any) -> None:
    _measure(run, [0.2, 0.3, 0.41])
    run.status, run.heartbeat = "running", {"rate": 1.5}
    run.steps = 302
    run.save()
    row = browser.get("/runs/").context["rows"][0]
    assert (row.label, row.last, row.steps, row.eta) == ("Opinion spread", "0.41", "2 / 302", "3:20")
    assert row.spark.path == "M0.0 12.2L48.0 7.4L96.0 2.0"


def test_the_bar_of_a_selection_knows_how_many_runs_can_be_compared(browser: Client, run: Any) -> None:
    page = browser.get("/runs/").content.decode()
    assert 'data-compare data-most="20"' in page
    assert 'id="bulk-most" hidden>At most 20 runs can be compared.' in page


def test_rows_that_are_looked_at_are_told_how_they_stand_now(browser: Client, run: Any, owner: Any) -> None:
    told = browser.get(f"/runs/live/?ids={run.pk},999999,x&after={run.pk}").json()
    assert [row["status"] for row in told["rows"]] == ["queued"]
    assert told["newer"] == 0
    _measure(run, [0.2, 0.3])
    run.status = "running"
    run.save()
    services.create_run(owner=owner, version=run.scenario_version, seed=8)
    told = browser.get(f"/runs/live/?ids={run.pk}&after={run.pk}").json()
    assert (told["rows"][0]["steps"], told["rows"][0]["last"], told["newer"]) == ("1 / 5", "0.3", 1)
    assert browser.get(f"/runs/live/?ids={run.pk}&after={run.pk}&status=failed").json()["newer"] == 0


def test_nobody_hears_of_another_members_runs(browser_of: Any, stranger: Any, run: Any) -> None:
    told = browser_of(stranger).get(f"/runs/live/?ids={run.pk}&after=0").json()
    assert told == {"rows": [], "newer": 0}


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
        ("?tag=paper", 0),
        ("?set=population.users=40", 1),
        ("?set=population.users>=40&set=feed.k<11", 1),
        ("?set=population.users<40", 0),
        ("?set=network.kind=watts_strogatz", 1),
        ("?set=network.kind!=watts_strogatz", 0),
        ("?set=topics=housing", 1),
        ("?set=feed.pipeline=null", 1),
        ("?set=no.such.setting=1", 0),
        ("?set=feed.preset>1", 0),
        ("?scenario=0", 0),
        ("?owner=olive-owner", 1),
        ("?sort=-headline", 1),
        ("?sort=feed.k&group=network.kind", 1),
        ("?group=tag", 1),
        ("?col=name&col=users&path=feed.preset", 1),
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


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?set=nonsense", "setting is &#x27;nonsense&#x27;; it must be a path"),
        ("?set=feed.k>many", "&gt; needs a number"),
        ("?set=feed.k=1e999", "a number beyond what can be compared"),
        ("?set=title=%22%5Cud800%22", "characters that no setting has"),
        ("?group=a--b", "group is &#x27;a--b&#x27;"),
        ("?sort=-;drop", "sort is &#x27;;drop&#x27;"),
        ("?path=x'y", "path is"),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_sentence(browser: Client, run: Any, query: str, sentence: str) -> None:
    answer = browser.get("/runs/" + query)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


@pytest.fixture
def three(owner: Any, scenario: Any) -> list[Any]:
    """Runs of seeds 1, 2, 3 with two feeds; the second runs, the third failed."""
    document = scenario.versions.get().document
    made = []
    for seed, preset in ((1, "chronological"), (2, "reddit-hot"), (3, "reddit-hot")):
        changed = {**document, "feed": {**document["feed"], "preset": preset}}
        version = services.create_scenario(owner=owner, document=services.load_scenario(changed))
        made.append(services.create_run(owner=owner, version=version, seed=seed, title=f"Run {'cab'[seed - 1]}"))
    for run, status, step in zip(made, ("queued", "running", "failed"), (-1, 3, 1), strict=True):
        run.status, run.step = status, step
        run.save()
    return made


@pytest.mark.parametrize(
    ("sort", "seeds"),
    [
        ("name", [2, 3, 1]),
        ("-name", [1, 3, 2]),
        ("seed", [1, 2, 3]),
        ("-progress", [2, 3, 1]),
        ("status", [2, 1, 3]),
        ("feed.preset", [1, 3, 2]),
        ("-started", [3, 2, 1]),
    ],
)
def test_the_table_is_sorted_by_what_its_address_says(browser: Client, three: Any, sort: str, seeds: Any) -> None:
    found = browser.get(f"/runs/?sort={sort}").context["rows"]
    assert [row.run.seed for row in found] == seeds


def test_groups_stand_together_under_a_heading_that_counts_them(browser: Client, three: Any) -> None:
    found = browser.get("/runs/?group=feed.preset&sort=seed").context["rows"]
    assert [(row.run.seed, row.group and row.group.value) for row in found] == [
        (1, "chronological"), (2, "reddit-hot"), (3, None),
    ]  # fmt: skip
    held = found[1].group.held
    assert (held.runs, held.running, held.failed) == (2, 1, 1)


def test_columns_are_chosen_and_any_setting_can_be_one(browser: Client, three: Any) -> None:
    page = browser.get("/runs/?col=name&col=seed&path=feed.preset&sort=seed")
    assert [column["key"] for column in page.context["columns"]] == ["name", "seed", "feed.preset"]
    assert page.context["rows"][0].settings == [("feed.preset", "chronological")]
    assert page.context["address"] == "sort=seed&col=name&col=seed&path=feed.preset"


def test_hidden_runs_are_not_listed(browser: Client, run: Any) -> None:
    run.hidden = True
    run.save()
    assert browser.get("/runs/").context["rows"] == []


def test_what_a_list_costs_does_not_grow_with_its_length(
    browser: Client, owner: Any, scenario: Any, django_assert_num_queries: Any
) -> None:
    services.load_gallery()
    version = scenario.versions.get()
    costs = {
        "/runs/": 9, "/runs/?group=feed.preset&path=feed.k&sort=-headline": 10, "/runs/live/?ids=RUN&after=1": 5,
        "/scenarios/": 10, "/exports/": 4,
    }  # fmt: skip
    for length in (2, 12):
        for _ in range(length):
            run = services.create_run(owner=owner, version=version, seed=1)
            _measure(run, [0.1, 0.2])
            Export.objects.create(run=run, format="csv", owner=owner)
            services.create_scenario(owner=owner, document=services.load_scenario(version.document))
        for path, queries in costs.items():
            with django_assert_num_queries(queries):
                browser.get(path.replace("RUN", str(run.pk)))


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
    assert spaced("from 1 to 1000000; default 0.12345") == "from 1 to 1\u202f000\u202f000; default 0.12345"
    assert [three_digits(v) for v in (-0.3821, 0.5, 12345.6)] == ["\u22120.382", "0.5", "12\u202f346"]
    assert [clock_time(v) for v in (59.6, 151, 7322, 500_000)] == ["1:00", "2:31", "2:02:02", "5 days"]
    assert [size_in_words(v) for v in (7, 31_596, 999_999_999, 2_500_000_000)] == [
        "7 B",
        "31.6 kB",
        "1000 MB",
        "2.5 GB",
    ]
    assert [simulated_span(v) for v in (15, 720, 30_000)] == ["15 min", "12 hours", "20.8 days"]


def test_what_tells_the_runs_of_an_experiment_apart_has_a_line_of_its_own(browser: Client, run: Any) -> None:
    Run.objects.filter(pk=run.pk).update(title="Does it divide? \u00b7 <b>ranked</b> \u00b7 3")
    page = browser.get("/runs/").content.decode()
    assert '<bdi class="part">&lt;b&gt;ranked&lt;/b&gt; \u00b7 3</bdi>' in page
    Run.objects.filter(pk=run.pk).update(title="Small town")
    assert 'class="two-part"' not in browser.get("/runs/").content.decode()
