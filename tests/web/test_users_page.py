"""Users of a run: the list and the inspector."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from simapp.models import Run, RunFile
from simapp.store.opinions import opinions_at
from tests.runs.small import busy, finish, make
from tests.store.story import make_run, tell

pytestmark = pytest.mark.django_db

HX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def told(owner: Any, settings: Any, tmp_path: Any) -> Run:
    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return tell(make_run(owner)).run


@pytest.fixture
def made(owner: Any, settings: Any, tmp_path: Any, transactional_db: Any) -> Run:
    """A run of the real parts, with counts of follows beside its snapshots."""
    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return finish(make(busy("echo-chambers"), steps=6, owner=owner))


def listed(browser: Any, run: Run, query: str = "", **headers: str) -> str:
    answer = browser.get(reverse("run:users", args=[run.pk]) + query, **headers)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def inspected(browser: Any, run: Run, user: int, query: str = "", **headers: str) -> str:
    answer = browser.get(reverse("run:user", args=[run.pk, user]) + query, **headers)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def users_in(page: str) -> list[int]:
    return [int(user) for user in re.findall(r'/users/(\d+)/[^"]*" data-row', page)]


def walk(browser: Any, run: Run, query: str) -> list[int]:
    """Every user of the list, page by page."""
    seen: list[int] = []
    url = reverse("run:users", args=[run.pk]) + query
    while url:
        page = browser.get(url).content.decode()
        seen += users_in(page)
        found = re.search(r'href="([^"]*)" rel="next">Next', page)
        url = found[1].replace("&amp;", "&") if found else ""
    return seen


def test_every_order_lists_everybody_once_however_the_pages_are_cut(made, browser, monkeypatch) -> None:
    from simapp.models import RunUser
    from simapp.store.audience import audience_at
    from simapp.store.history import follow_graph

    monkeypatch.setattr("simapp.web.users_page.PAGE", 17)
    n = np.arange(made.users)
    opinions = opinions_at(made, made.step)[:, 0]
    followers = np.bincount(follow_graph(made, audience_at(made, made.step).step)[1], minlength=made.users)
    handles = RunUser.objects.filter(run_id=made.rows).values_list("handle", "user_id")
    expected = {
        "": list(n),
        "?way=down": list(n[::-1]),
        "?sort=opinion": list(np.lexsort((n, -opinions))),
        "?sort=opinion&way=up": list(np.lexsort((n, opinions))),
        "?sort=followers": list(np.lexsort((n, -followers))),
        "?sort=handle": [user for _, user in sorted((handle.lower(), user) for handle, user in handles)],
    }
    for query, order in expected.items():
        assert walk(browser, made, query) == [int(user) for user in order], query


def test_users_are_found_by_the_beginning_of_their_handle_in_any_case(made, browser) -> None:
    from simapp.models import RunUser

    handle = RunUser.objects.get(run_id=made.rows, user_id=33).handle
    assert 33 in users_in(listed(browser, made, f"?q={handle[:4].upper()}"))
    assert users_in(listed(browser, made, f"?q=@{handle}")) == [33]
    found = browser.get(reverse("run:user-find", args=[made.pk]) + f"?q={handle}").json()["users"]
    assert [one["user"] for one in found] == [33]
    assert "No handle begins so" in listed(browser, made, "?q=%25_nobody")


def test_followers_are_those_of_the_step_in_the_inspector_and_of_the_last_count_in_the_list(made, browser) -> None:
    from simapp.store.history import follow_graph

    for at in (1, 3, made.step):
        follower, followee = follow_graph(made, at)
        for user in (0, 5):
            page = inspected(browser, made, user, f"?at={at}")
            numbers = [int(text) for text in re.findall(r"<dd>(\d+)</dd></div>", page)][:2]
            assert numbers == [int((followee == user).sum()), int((follower == user).sum())], (at, user)
    RunFile.objects.filter(run_id=made.rows, kind="audience", step__gt=0).delete()
    assert "Followers are as of step 0, when they were last counted." in listed(browser, made)


def test_the_opinion_of_a_past_step_is_shown_where_it_is_kept_and_its_age_is_said_where_not(made, browser) -> None:
    def opinion(user: int, at: int) -> float:
        row = listed(browser, made, f"?at={at}").split(f'/users/{user}/')[1]
        return float(re.search(r"</span>([\u22120-9.]+)</span>", row)[1].replace("\u2212", "-"))

    for at in (1, 4):
        assert opinion(7, at) == pytest.approx(float(opinions_at(made, at)[7, 0]), abs=2e-3)
    RunFile.objects.filter(run_id=made.rows, kind="opinions", step=4).update(kept=False)
    assert "Opinions are as of step 3, the newest that is kept." in listed(browser, made, "?at=4")


def test_the_timeline_has_a_row_per_active_step_and_says_what_was_done(told, browser) -> None:
    page = inspected(browser, told, 2)
    steps = re.findall(r'data-decision="[^"]*" data-step="(\d+)"', page)
    assert steps == ["2", "1"], "user 2 acted in steps 1 and 2"
    assert "like post, repost" in page or "repost, like post" in page
    assert re.findall(r'data-decision="[^"]*" data-step="(\d+)"', inspected(browser, told, 2, "?at=1")) == ["1"]
    assert "Not active in any step up to 0" not in page


def test_the_timeline_goes_on_where_a_page_of_it_ends(told, browser, monkeypatch) -> None:
    monkeypatch.setattr("simapp.web.user_page.TIMELINE", 1)
    page = inspected(browser, told, 7)
    assert re.findall(r'data-decision="[^"]*" data-step="(\d+)"', page) == ["3"]
    older = re.search(r'hx-get="([^"]*before=[^"]*)"', page)[1].replace("&amp;", "&")
    rest = browser.get(older, **HX).content.decode()
    assert re.findall(r'data-decision="[^"]*" data-step="(\d+)"', rest) == ["2"]
    assert "<html" not in rest


def test_a_decision_is_shown_with_its_feed_its_acts_and_what_changed(told, browser) -> None:
    page = inspected(browser, told, 1, "?step=1")
    assert 'id="shown-1"' in page
    assert "<b>create post</b>" in page
    assert "housing" in page.split("user-effect")[1], "opinions on the first topic move by 0.01 a step"
    assert "+0.0100" in page
    part = browser.get(reverse("run:user-decision", args=[told.pk, 1, 1])).content.decode()
    assert "<b>create post</b>" in part
    assert "<html" not in part


def test_opinions_over_time_are_those_of_the_logs_as_points_table_and_csv(told, browser) -> None:
    points = browser.get(reverse("run:user-opinions", args=[told.pk, 3])).json()
    assert points["steps"] == [0, 1, 2, 3, 4]
    for at, value in zip(points["steps"], points["opinions"][0], strict=True):
        assert value == pytest.approx(float(opinions_at(told, at)[3, 0]), abs=1e-4)
    at = browser.get(reverse("run:user-opinions", args=[told.pk, 3]) + "?at=2").json()
    assert at["steps"] == [0, 1, 2]
    text = b"".join(browser.get(reverse("run:user-opinions-csv", args=[told.pk, 3]))).decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["step", "housing", "transport"]
    assert len(rows) == 6
    table = browser.get(reverse("run:user-opinions-table", args=[told.pk, 3]) + "?from=2").content.decode()
    assert table.count("<tr>") == 4


def test_a_long_history_is_thinned_and_says_so(told, browser, monkeypatch) -> None:
    monkeypatch.setattr("simapp.web.user_opinions.POINTS", 3)
    points = browser.get(reverse("run:user-opinions", args=[told.pk, 3])).json()
    assert points["steps"] == [0, 2, 4]
    assert points["every"] == 2


def test_next_and_previous_follow_the_order_of_the_list(made, browser) -> None:
    order = walk(browser, made, "?sort=opinion")
    page = inspected(browser, made, order[5], "?sort=opinion")
    for key, user in (("j", order[6]), ("k", order[4])):
        url = re.search(rf'href="([^"]*)" rel="\w+" data-key="{key}"', page)[1]
        assert f"/users/{user}/" in url
        assert "sort=opinion" in url


def test_what_users_wrote_about_themselves_is_text_and_never_markup(told, browser) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE run_user SET handle = %s, name = %s, bio = %s WHERE run_id = %s AND user_id = 3",
            ["<script>x</script>", "<img src=x>", "<svg onload=x>" + "w" * 10_000, told.rows],
        )
    for page in (listed(browser, told), inspected(browser, told, 3)):
        for text in ("<script>x", "<img src=x", "<svg onload"):
            assert text not in page


def test_users_and_steps_that_are_none_are_refused(told, browser) -> None:
    for name, args in (("user", [8]), ("user-opinions", [8]), ("user-decision", [1, 9]), ("user-decision", [1, 0])):
        assert browser.get(reverse(f"run:{name}", args=[told.pk, *args])).status_code == 404, name
    for query in ("?sort=x", "?way=x", "?topic=x", "?after=8", "?after=x", "?at=x"):
        assert browser.get(reverse("run:users", args=[told.pk]) + query).status_code == 400, query
    for query in ("?step=0", "?step=x", "?at=-2"):
        assert browser.get(reverse("run:user", args=[told.pk, 1]) + query).status_code == 400, query


def test_pages_cost_few_queries_however_many_users_there_are(
    made, browser, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(22):
        listed(browser, made)
    with django_assert_max_num_queries(50):
        inspected(browser, made, 3)
