"""The feed as a page of its own: everybody's posts, or what one user was shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from simapp.models import Run, RunFile
from simapp.runs.decisions import feed_of
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
    """A run in which not everybody is active in every step."""
    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return finish(make(busy("echo-chambers"), steps=6, owner=owner))


def body(browser: Any, run: Run, query: str = "", **headers: str) -> str:
    answer = browser.get(reverse("run:feed-view", args=[run.pk]) + query, **headers)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def keys_in(page: str) -> list[int]:
    return [int(key) for key in re.findall(r'id="post-(\d+)"', page)]


def test_everybodys_posts_are_newest_first_and_none_is_of_a_later_step(told, browser) -> None:
    steps = [(key >> 12) & 0xFFFFF for key in keys_in(body(browser, told))]
    assert steps == sorted(steps, reverse=True)
    assert max(steps) == 3
    past = body(browser, told, "?at=1")
    assert {(key >> 12) & 0xFFFFF for key in keys_in(past)} == {0, 1}
    assert "Everyone, up to step 1" in past


def test_counts_are_those_of_the_step_that_is_looked_at(told, browser) -> None:
    """User 0's seed post was liked twice in step 1, nobody had liked anything before."""

    def likes(at: int) -> list[str]:
        return re.findall(r'title="likes">[\s\S]*?</span>(\d+)</span>', body(browser, told, f"?at={at}"))

    assert set(likes(0)) == {"0"}
    assert "2" in likes(1)


@pytest.mark.parametrize("named", ["7", "@user7", "USER7", " 7 "])
def test_view_as_shows_exactly_the_ranked_feed_that_was_logged(told, browser, named) -> None:
    shown, lost = feed_of(told, 7, 2)
    assert len(shown) == 3
    assert not lost
    page = body(browser, told, f"?as={named}&at=2")
    assert keys_in(page) == [one.post for one in shown]
    assert "The feed of step 2" in page
    for one in shown:
        assert reverse("run:why", args=[told.pk, 7, 2, one.post]) in page


def test_who_was_not_active_is_said_not_to_have_been_and_the_steps_when_they_were_are_offered(made, browser) -> None:
    user, at = next(
        (user, step) for user in range(made.users) for step in (3, 4)
        if not feed_of(made, user, step)[0] and feed_of(made, user, step - 1)[0]
    )  # fmt: skip
    page = body(browser, made, f"?as={user}&at={at}")
    assert f"Not active in step {at}, so nothing was shown." in page
    assert not keys_in(page)
    offered = re.findall(r"&amp;at=(\d+)", page.split("feed-steps")[1].split("</nav>")[0])
    active = [step for step in range(made.step, 0, -1) if feed_of(made, user, step)[0]]
    assert [int(step) for step in offered] == active


def test_live_the_last_feed_of_who_is_not_active_now_is_shown_and_named_as_such(made, browser) -> None:
    user = next(
        user for user in range(made.users)
        if not feed_of(made, user, made.step)[0] and feed_of(made, user, made.step - 1)[0]
    )  # fmt: skip
    page = body(browser, made, f"?as={user}")
    assert f"Not active since step {made.step - 1}" in page
    assert keys_in(page) == [one.post for one in feed_of(made, user, made.step - 1)[0]]


def test_impressions_that_are_no_longer_kept_are_said_not_to_be(told, browser) -> None:
    RunFile.objects.filter(run_id=told.rows, kind="impressions", step=2).update(kept=False)
    page = body(browser, told, "?as=7&at=2")
    assert "no longer kept" in page
    assert not keys_in(page)


def test_nobody_of_that_name_is_said_and_wrong_queries_are_refused(told, browser) -> None:
    assert "There is no user @nobody in this run." in body(browser, told, "?as=@nobody")
    assert "There is no user 8 in this run." in body(browser, told, "?as=8")
    for query in ("?at=x", "?at=-1", "?before=1"):
        assert browser.get(reverse("run:feed-view", args=[told.pk]) + query).status_code == 400, query


def test_what_users_write_is_text_and_never_markup(told, browser) -> None:
    for query in ("", "?as=7&at=2", "?as=<script>alert(1)</script>"):
        page = body(browser, told, query)
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in body(browser, told)


def test_a_fragment_has_no_frame_and_older_posts_come_alone(told, browser, monkeypatch) -> None:
    monkeypatch.setattr("simapp.web.run_feed.PAGE", 3)
    first = body(browser, told, "", **HX)
    assert "<html" not in first
    older = re.search(r'hx-get="[^"]*\?before=([\d.]+)', first)
    assert older
    rest = body(browser, told, f"?before={older[1]}", **HX)
    assert "feed-who" not in rest
    assert not set(keys_in(first)) & set(keys_in(rest))


def test_how_much_is_new_is_told(told, browser) -> None:
    fresh = reverse("run:feed-fresh", args=[told.pk])
    assert browser.get(fresh + "?after=2").json() == {"step": 4, "posts": 2, "more": False}
    assert browser.get(fresh + "?after=4").json() == {"step": 4, "posts": 0, "more": False}


def test_what_moderation_did_shows_as_the_platform_shows_it(owner, browser, settings, tmp_path) -> None:
    from simapp.engine.interventions import Intervention

    settings.SOCIARIUM_DATA_ROOT = tmp_path
    run = tell(make_run(owner), plan=[
        Intervention("label_post", 2, {"post": "most_shared", "text": "Disputed <b>claim</b>"}),
        Intervention("remove_post", 4, {"post": "most_shared"}),
    ]).run  # fmt: skip
    assert "Disputed" not in body(browser, run, "?at=1")
    labelled = body(browser, run, "?at=2")
    assert "Disputed &lt;b&gt;claim&lt;/b&gt;" in labelled
    assert "Removed by the platform" not in labelled
    assert "Removed by the platform" in body(browser, run)


def test_a_page_costs_few_queries(told, browser, django_assert_max_num_queries) -> None:
    for query in ("", "?as=7&at=2"):
        with django_assert_max_num_queries(30):
            body(browser, told, query)


def test_a_stranger_is_told_that_there_is_no_such_run(told, browser_of, stranger) -> None:
    browser = browser_of(stranger)
    for name in ("feed-view", "feed-fresh", "users", "user-find"):
        assert browser.get(reverse(f"run:{name}", args=[told.pk])).status_code == 404, name


def test_who_was_not_active_in_the_last_step_is_not_told_of_new_steps_for_ever(made, browser) -> None:
    user = next(user for user in range(made.users) if not feed_of(made, user, made.step)[0])
    page = body(browser, made, f"?as={user}")
    assert "Not active" in page
    newest = re.search(r'data-newest="(\d+)"', page)
    assert newest
    fresh = browser.get(reverse("run:feed-fresh", args=[made.pk]) + f"?after={newest[1]}").json()
    assert (fresh["step"], fresh["posts"]) == (int(newest[1]), 0)
