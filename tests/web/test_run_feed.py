"""The feed of a run's page."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from simapp.models import Run


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


def test_an_unknown_stance_is_no_side() -> None:
    from simapp.web.run_feed import STANCES, side_of

    assert [STANCES[side_of(stance)] for stance in (float("nan"), -1.0, 0.0, 1.0)] == [
        "stance unknown",
        "strongly against",
        "neutral",
        "strongly in favour",
    ]


VOTED = {
    1: [(4, "create_comment", {"post": 0, "text": "first!"}), (2, "quote_post", {"post": 0, "text": "a quote"})],
    2: [
        (1, "like_post", {"post": 0}),
        (3, "like_post", {"post": 0}),
        (5, "dislike_post", {"post": 0}),
        (1, "dislike_comment", {"post": 3}),
        (5, "dislike_comment", {"post": 3}),
        (6, "report_post", {"post": 2, "text": "spam"}),
        (7, "report_post", {"post": 2, "text": "spam"}),
        (7, "report_post", {"post": 0, "text": "spam"}),
    ],
    3: [
        (7, "label_post", {"post": 1, "text": "<i>disputed</i>"}),
        (7, "note_post", {"post": 1, "text": "context"}),
        (7, "remove_post", {"post": 1}),
    ],
}


@pytest.fixture
def voted(owner, settings, tmp_path):
    """A run with votes, reports and moderation, on a platform of choice."""
    from tests.store.story import make_run, tell

    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return lambda rules: tell(make_run(owner, rules=rules), story=VOTED).run


def by_text(run: Run) -> dict:
    from simapp.web.run_feed import read

    return {post.text: post for post in read(run).posts}


def test_a_forum_shows_scores_and_a_microblog_counts_for_posts_and_comments(voted, browser) -> None:
    # OASIS fact 14.
    from tests.store.story import HOSTILE_TEXT

    for rules, post_votes, comment_votes in (
        ("forum", (None, None, 1), (None, None, -2)),
        ("microblog", (2, 1, None), (0, 2, None)),
    ):
        run = voted(rules)
        post = by_text(run)[HOSTILE_TEXT]
        assert (post.likes, post.dislikes, post.score) == post_votes
        (reply,) = post.replies
        assert (reply.handle, reply.text) == ("user4", "first!")
        assert (reply.likes, reply.dislikes, reply.score) == comment_votes
        page = body(browser.get(address(run, "feed")))
        assert ("score -2" in page) == ("score: likes minus dislikes" in page) == (rules == "forum")
        assert ("0 likes, 2 dislikes" in page) == ('title="likes"' in page) == (rules == "microblog")


def test_the_scenario_decides_against_its_rules(voted) -> None:
    run = voted("forum")
    run.scenario_version.document["platform"]["show_score"] = False
    assert all(post.score is None for post in by_text(run).values())


def test_two_reports_are_a_warning_on_the_row_that_they_name_and_on_no_other(voted, browser) -> None:
    # OASIS facts 13 and 25: the quote is the feed's first item and is reported twice, its original once.
    run = voted("microblog")
    warned = {text for text, post in by_text(run).items() if post.warned}
    assert warned == {"a quote"}
    assert body(browser.get(address(run, "feed"))).count("Reported by several users") == 1
    run.scenario_version.document["platform"]["report_threshold"] = 3
    assert not any(post.warned for post in by_text(run).values())


def test_what_moderation_did_stands_with_the_post(voted, browser) -> None:
    run = voted("microblog")
    marked = by_text(run)["second seed"].marks
    assert (marked.removed, marked.label, marked.note) == (True, "<i>disputed</i>", "context")
    page = body(browser.get(address(run, "feed")))
    assert "Removed by the platform" in page
    assert "&lt;i&gt;disputed&lt;/i&gt;" in page
    assert "<i>disputed" not in page


def test_the_feed_costs_the_same_few_queries_however_much_it_shows(voted, django_assert_max_num_queries) -> None:
    from simapp.web.run_feed import read

    run = voted("forum")
    with django_assert_max_num_queries(12):
        assert len(read(run).posts) == 3
