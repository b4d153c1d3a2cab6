"""The run page: who may see it, what it says, its points, its feed, its controls."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from simapp.models import Run

PARTS = ("page", "points", "feed", "state", "health")


@pytest.fixture
def running(owner):
    """A run with steps 0 .. 9."""
    from tests.live.steps import commit, make_run

    run = make_run(owner)
    commit(run, range(10))
    return run


@pytest.fixture
def told(owner, settings, tmp_path):
    """A run with posts that real steps wrote, some of them hostile."""
    from tests.store.story import make_run, tell

    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return tell(make_run(owner)).run


def address(run: Run, part: str = "page", *more) -> str:
    return reverse(f"run:{part}", args=[run.pk, *more])


def body(response) -> str:
    return response.content.decode()


# --- who ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_a_stranger_is_told_that_there_is_no_such_run(part, running, browser_of, stranger) -> None:
    assert browser_of(stranger).get(address(running, part)).status_code == 404


@pytest.mark.parametrize("name", ["metric", "metric-csv"])
def test_a_stranger_gets_no_numbers(name, running, browser_of, stranger) -> None:
    assert browser_of(stranger).get(address(running, name, "opinion_variance")).status_code == 404


def test_a_stranger_steers_nothing(running, browser_of, stranger) -> None:
    answer = browser_of(stranger).post(address(running, "control"), {"action": "stop"})
    running.refresh_from_db()
    assert (answer.status_code, running.wanted) == (404, "run")


@pytest.mark.parametrize("part", PARTS)
def test_a_signed_out_visitor_is_sent_to_sign_in(part, running, client) -> None:
    answer = client.get(address(running, part))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("sign-in"))


# --- the page ----------------------------------------------------------------------------------------------


def test_the_page_says_how_the_run_stands(running, browser) -> None:
    running.waiting = "a free run worker (3 of 3 busy)"
    running.save(update_fields=["waiting"])
    page = body(browser.get(address(running)))
    assert "waiting for: a free run worker (3 of 3 busy)" in page
    assert re.search(r'step <b data-live="step">9</b>/5000', page)
    assert "09090909" in page


def test_a_failed_run_shows_its_error_as_text(running, browser) -> None:
    Run.objects.filter(pk=running.pk).update(status="failed", error="<b>disk</b> is full")
    page = body(browser.get(address(running)))
    assert "&lt;b&gt;disk&lt;/b&gt; is full" in page
    assert "<b>disk</b>" not in page


def test_a_run_without_a_step_says_what_will_appear(owner, browser) -> None:
    from tests.live.steps import make_run

    page = body(browser.get(address(make_run(owner))))
    assert "Appears with the first step." in page
    assert "Posts appear here as they are written" in page
    assert "none yet" in page


def test_the_charts_are_those_of_the_metrics_that_the_run_has(running, browser) -> None:
    page = body(browser.get(address(running)))
    assert set(re.findall(r'data-chart="(\w+)"', page)) == {
        "opinion_variance",
        "neighbour_correlation",
        "activity",
    }


def test_first_votes_are_charted_only_where_a_scenario_has_them(owner, browser) -> None:
    from tests.live.steps import make_run

    without, vote = make_run(owner), {"kind": "first_vote", "at": 0}
    assert 'data-chart="herd"' not in body(browser.get(address(without)))
    Run.objects.filter(pk=without.pk).update(hidden=True)
    scenario = without.scenario_version
    scenario.document = {**scenario.document, "interventions": [vote]}
    scenario.save()
    Run.objects.filter(pk=without.pk).update(hidden=False)
    assert 'data-chart="herd"' in body(browser.get(address(without)))


def test_every_chart_leads_to_its_catalogue_entry_its_table_and_its_csv(running, browser) -> None:
    page = body(browser.get(address(running)))
    assert f"{reverse('catalogue')}#opinion_variance" in page
    assert address(running, "metric", "opinion_variance") in page
    assert address(running, "metric-csv", "opinion_variance") in page


def test_hostile_titles_are_text(owner, browser) -> None:
    from tests.live.steps import make_run

    page = body(browser.get(address(make_run(owner, title="</script><script>alert(1)</script>"))))
    assert "<script>alert(1)" not in page


def test_nothing_on_the_page_is_inline(told, browser) -> None:
    page = body(browser.get(address(told)))
    scripts = re.findall(r"<script([^>]*)>", page)
    assert scripts
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)
    assert "<style" not in page
    assert not re.search(r"\s(style|on\w+)=", page)


@pytest.mark.parametrize(("part", "queries"), [("page", 14), ("points", 7), ("state", 5), ("feed", 11)])
def test_a_page_costs_the_same_queries_however_long_the_run(
    part, queries, told, browser, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(queries):
        browser.get(address(told, part))


# --- points ------------------------------------------------------------------------------------------------


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


# --- tables ------------------------------------------------------------------------------------------------


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


# --- feed --------------------------------------------------------------------------------------------------


def test_the_feed_is_newest_first_with_reposts_named(told, browser) -> None:
    from simapp.web.run_feed import read

    posts = read(told).posts
    assert [post.step for post in posts] == sorted((post.step for post in posts), reverse=True)
    reposts = [post for post in posts if post.by]
    assert {(post.by, post.handle) for post in reposts} >= {("user2", "user0"), ("user4", "user0")}
    assert all(post.text for post in posts)


def test_a_quote_shows_what_it_quotes(told) -> None:
    from simapp.web.run_feed import read
    from tests.store.story import HOSTILE_TEXT

    quote = next(post for post in read(told).posts if post.text == "well, well" and not post.by)
    assert (quote.quoted, quote.quoted_handle) == (HOSTILE_TEXT, "user0")


def test_a_shared_quote_counts_its_own_shares(told) -> None:
    from simapp.web.run_feed import read

    quote = next(post for post in read(told).posts if post.text == "well, well" and not post.by)
    assert (quote.likes, quote.shares, quote.comments) == (1, 1, 1)


def test_counters_are_those_of_votes_that_stand(told) -> None:
    from simapp.web.run_feed import read
    from tests.store.story import HOSTILE_TEXT

    seed = next(post for post in read(told).posts if post.text == HOSTILE_TEXT and not post.by)
    # Users 1 and 3 like it (2 took it back); 2 and 4 reposted, 3 and 5 quoted; 4 commented.
    assert (seed.likes, seed.shares, seed.comments) == (2, 4, 1)


def test_hostile_posts_are_escaped_and_isolated(told, browser) -> None:
    page = body(browser.get(address(told, "feed")))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in page
    assert re.search(r'<p class="post-text" dir="auto">[^<]*\u202e', page)
    assert "<bdi>@=HYPERLINK(1)</bdi>" in page


def test_the_feed_after_a_step_has_only_what_is_newer(told, browser) -> None:
    answer = browser.get(address(told, "feed"), {"after": 2})
    assert set(re.findall(r'title="step (\d+)"', body(answer))) == {"3"}
    assert answer.headers["X-Step"] == str(told.step)


def test_older_posts_go_on_where_the_page_ended(told, monkeypatch) -> None:
    from simapp.web import run_feed

    whole = [post.key for post in run_feed.read(told).posts]
    monkeypatch.setattr(run_feed, "PAGE", 3)
    found, before = [], ""
    while True:
        feed = run_feed.read(told, before=before)
        found += [post.key for post in feed.posts]
        before = feed.older
        if not before:
            break
    assert found == whole
    assert len(found) == len(set(found)) > 3


def test_what_does_not_fit_is_counted(told, monkeypatch) -> None:
    from simapp.web import run_feed

    every = len(run_feed.read(told, after=0).posts)
    monkeypatch.setattr(run_feed, "PAGE", 2)
    assert run_feed.read(told, after=0).skipped == every - 2


@pytest.mark.parametrize("cursor", ["x", "1", "1.2.3", "-1.4", "1." + "9" * 30])
def test_a_cursor_that_is_none_is_refused_in_one_sentence(cursor, told, browser) -> None:
    answer = browser.get(address(told, "feed"), {"before": cursor})
    assert (answer.status_code, body(answer)) == (400, "before must be a step and a key, as in 12.34.")


# --- controls ----------------------------------------------------------------------------------------------


def test_pause_works_without_a_script(running, browser) -> None:
    answer = browser.post(address(running, "control"), {"action": "pause"})
    running.refresh_from_db()
    assert (answer.status_code, answer.url, running.wanted) == (302, address(running), "pause")


def test_with_htmx_the_controls_come_back(running, browser) -> None:
    answer = browser.post(address(running, "control"), {"action": "pause"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "pausing after this step" in body(answer)
    assert 'value="resume"' in body(answer)


def test_what_cannot_be_done_is_said_in_a_sentence(running, browser) -> None:
    Run.objects.filter(pk=running.pk).update(status="finished")
    plain = browser.post(address(running, "control"), {"action": "pause"})
    part = browser.post(address(running, "control"), {"action": "pause"}, headers={"HX-Request": "true"})
    for answer in (plain, part):
        assert answer.status_code == 409
        assert "The run is finished; it cannot be changed any more." in body(answer)


@pytest.mark.parametrize(
    "wish",
    [
        {"action": "explode"},
        {"action": "pace", "pace": "<b>"},
        {"action": "pace", "pace": "-1"},
        {"action": "pace", "pace": "nan"},
    ],
)
def test_a_wish_that_makes_no_sense_changes_nothing(wish, running, browser) -> None:
    before = Run.objects.values().get(pk=running.pk)
    answer = browser.post(address(running, "control"), wish)
    assert answer.status_code == 409
    assert "<b>&#x27;" not in body(answer)
    assert Run.objects.values().get(pk=running.pk) == before


@pytest.mark.parametrize(("said", "pace"), [("4", 4.0), ("max", None), ("0.5", 0.5)])
def test_the_speed_can_be_set(said, pace, running, browser) -> None:
    Run.objects.filter(pk=running.pk).update(pace=7.0)
    browser.post(address(running, "control"), {"action": "pace", "pace": said})
    running.refresh_from_db()
    assert running.pace == pace


def test_controls_need_the_csrf_token(running, owner) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    answer = client.post(address(running, "control"), {"action": "stop"})
    running.refresh_from_db()
    assert (answer.status_code, running.wanted) == (403, "run")


def test_nothing_can_be_pressed_when_the_run_is_over(running, browser) -> None:
    Run.objects.filter(pk=running.pk).update(status="stopped")
    page = body(browser.get(address(running, "state")))
    buttons = re.findall(r'<button name="action"[^>]*>', page)
    assert buttons
    assert all("disabled" in button for button in buttons)


def test_a_run_whose_worker_fell_silent_says_so(running, browser) -> None:
    from django.utils import timezone

    Run.objects.filter(pk=running.pk).update(lease_until=timezone.now() - timezone.timedelta(seconds=9))
    assert "a worker to take over" in body(browser.get(address(running, "state")))


def test_the_data_for_the_script_is_valid_json(running, browser) -> None:
    page = body(browser.get(address(running)))
    data = json.loads(
        re.search(r'<script id="run-data" type="application/json">(.*?)</script>', page, re.DOTALL)[1]
    )
    assert data["state"]["step"] == 9
    assert [chart["key"] for chart in data["charts"]]
