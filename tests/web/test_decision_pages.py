"""Decisions: the list of a run's questions to models, and the record of any user's step."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from agents.answers import read_answer
from agents.asking import Asked, Question, Reply, Sampling
from simapp.engine.core.batches import REASONS, TIERS
from simapp.models import Audit, ModelReply, QuestionBatch, Run
from simapp.runs import questions
from simapp.runs.decisions import record_of
from tests.store import story

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>"
ANSWER = json.dumps(
    {
        "do": [
            {"act": "like_post", "on": "2"},
            {"act": "create_post", "topic": "housing", "stance": 0.4, "text": HOSTILE},
        ]
    }
)
OPTIONS = ("create_post", "like_post", "do_nothing")


class Thinking(story.ScriptedMind):
    """Users 1 and 4 think with a model, user 2 would and was not answered in time; 4's reply could not be read."""

    def decide(self, *arguments: Any) -> Any:
        decided = super().decide(*arguments)
        actor = decided.actions.actor
        decided.tier[np.isin(actor, (1, 4))] = TIERS.index("endpoint")
        decided.reason[actor == 4] = REASONS.index("not readable")
        decided.reason[actor == 2] = REASONS.index("no answer in time")
        return decided


def asked(user: int) -> Asked:
    own = f"You are user {user}. {HOSTILE}"
    question = Question(
        user, "All know this.", own, OPTIONS, 2, (0, 0), ("housing", "transport"), 77, "a" * 16
    )
    return Asked(question, "endpoint", "oracle", "as set")


def answer(run: Run, step: int, said: dict[int, Reply]) -> None:
    """Keep replies about users as a decision worker does."""
    users = list(said)
    kept = [asked(user) for user in users]
    batch = QuestionBatch.objects.create(
        run_id=run.rows, asker=run, step=step, tier="endpoint", model="oracle", users=users, status="answered",
        claim=2, taken_by="decisions@here", asked=questions.pack(kept, Sampling(), keep=True),
    )  # fmt: skip
    keys = [a.question.key(a.model, Sampling()) for a in kept]
    questions.keep_replies(batch, kept, keys, list(said.values()), [user == 3 for user in users])


@pytest.fixture
def run(owner: Any, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Four steps of the story, in which some think with models."""
    settings.SOCIARIUM_DATA_ROOT = tmp_path
    monkeypatch.setattr(story, "ScriptedMind", Thinking)
    made = story.make_run(owner)
    version = made.scenario_version
    version.document["minds"] = {"models": {"tiers": [{"tier": "endpoint", "model": "oracle"}]}}
    version.save()
    run = story.tell(made).run
    good = Reply(ANSWER, "answered", "oracle@1", 1200, 40, 800, seconds=1.25, cost=0.002)
    lost = Reply("", "abstained", "oracle@1", 90, 9, problem="it was no JSON", first="maybe", tries=2)
    answer(
        run, 1, {1: good, 2: Reply("", "late", "", tries=0, problem="no answer within 1 seconds"), 4: lost}
    )
    answer(run, 2, {1: good, 3: good})
    answer(run, 3, {1: good, -3: good})
    return run


def listed(run: Run) -> str:
    return reverse("run:decisions", args=[run.pk])


def address(run: Run, user: int, step: int) -> str:
    return reverse("run:decision", args=[run.pk, user, step])


def body(browser: Any, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_a_record_shows_feed_prompt_reply_acts_numbers_and_effect(browser, run) -> None:
    page = body(browser, address(run, 1, 1))
    assert "A model behind an endpoint decided, as the scenario sets it." in page
    for words in (
        "All know this.", "You are user 1.", "oracle@1", "1\u202f200", "800 of them", "1.25 s", "0.002", "claim 2",
        "decisions@here", "a" * 16, "create_post, like_post, do_nothing", "topic housing", "stance 0.4",
    ):  # fmt: skip
        assert words in page, words
    assert page.count('id="shown-') == len(record_of(run, 1, 1).shown) == 2
    assert [(done.action, done.outcome) for done in record_of(run, 1, 1).done] == [
        ("like_post", "done"), ("create_post", "done"),
    ]  # fmt: skip
    assert '<b>like post</b> on <a href="#shown-2">2</a>' in page, (
        "the story's first post stands second in the feed"
    )


def test_a_feed_is_shown_as_it_was_before_the_step(browser, run) -> None:
    """User 0's seed post was liked twice in step 1, and once less after step 2."""
    first, second = (body(browser, address(run, 7, step)) for step in (1, 2))
    assert first.count("0 likes") == 2
    assert "1 like" not in first
    assert "well, well" in second


def test_what_users_and_models_write_is_text_and_never_markup(browser, run) -> None:
    ModelReply.objects.update(first=HOSTILE, problem=HOSTILE, model=HOSTILE, revision=HOSTILE)
    for url in (address(run, 1, 1), address(run, 4, 1), address(run, 1, 2), listed(run)):
        page = body(browser, url)
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page


def test_a_reply_that_could_not_be_read_shows_its_first_try_and_why_nothing_was_done(browser, run) -> None:
    page = body(browser, address(run, 4, 1))
    assert "could not be read, twice, so the user did nothing" in page
    assert "maybe" in page
    assert "it was no JSON" in page
    assert "There is no reply that could be used." in page


def test_who_got_no_answer_in_time_decided_by_rules_and_the_page_says_so(browser, run) -> None:
    page = body(browser, address(run, 2, 1))
    assert "Rules decided, because no answer of the model came in time." in page
    assert "No answer came while the step waited." in page


def test_the_whole_record_stands_in_the_frame_of_its_run(browser, run) -> None:
    for url, tab in ((address(run, 1, 2), "decisions"), (address(run, 7, 2), "users")):
        page = body(browser, url)
        assert f'data-tab-link="{tab}" data-letter="{tab[0]}" aria-current="page"' in page, "and leads to the list"
        assert 'id="run-time"' in page
        assert f'data-step="{run.step}" data-at="2"' in page, "the slider stands at the step of the decision"
        assert f'href="{reverse("run:network", args=[run.pk])}?at=2"' in page, "the other views lead on to it"
    group = body(browser, reverse("run:group-decision", args=[run.pk, 3, 2]))
    assert 'data-tab-link="decisions" data-letter="d" aria-current="page"' in group


def test_a_reply_that_chose_nothing_offered_is_told_in_our_words_and_not_as_the_models(browser, run) -> None:
    sentence = read_answer('{"do": ["none"]}', asked(4).question).problem
    assert sentence == "The reply chose none of the offered actions."
    ModelReply.objects.filter(user_id=4).update(problem=sentence, first='{"do": ["none"]}')
    page = body(browser, address(run, 4, 1))
    assert f"<b>Not used.</b> <bdi>{sentence}</bdi>" in page, "of the first try"
    assert f"<b>There is no reply that could be used.</b> <bdi>{sentence}</bdi>" in page
    assert f"<b>Not used</b> <bdi>{sentence}</bdi>" in body(browser, listed(run))


def test_a_user_of_rules_has_a_feed_and_effects_and_no_prompt(browser, run) -> None:
    page = body(browser, address(run, 0, 1))
    assert "Rules decided, as the scenario sets it." in page
    assert "refused: users cannot rate their own posts on this platform" in page
    assert "do nothing" in page
    assert "Asked</h2>" not in page
    assert "Shown</h2>" in page
    assert "Weighed</h2>" in page
    assert "Effect</h2>" in page


def test_a_user_who_was_not_active_is_said_not_to_have_decided(browser, run) -> None:
    assert "did not decide anything in this step" in body(browser, address(run, 1, 4))


def test_a_feed_that_is_no_longer_kept_is_said_not_to_be(browser, run) -> None:
    from simapp.models import RunFile

    RunFile.objects.filter(run_id=run.rows, kind="impressions").update(kept=False)
    assert "no longer kept" in body(browser, address(run, 1, 1))


def test_a_prompt_that_is_not_kept_is_said_not_to_be_and_the_reply_is_read_all_the_same(browser, run) -> None:
    before = [deed.action for deed in record_of(run, 1, 1).deeds]
    forget = reverse("run:forget-prompts", args=[run.pk])
    assert browser.post(forget, {}).status_code == 302
    assert QuestionBatch.objects.filter(run_id=run.rows, asked__isnull=False).count() == 3, (
        "nothing without the tick"
    )
    browser.post(forget, {"confirm": "on"})
    page = body(browser, address(run, 1, 1))
    assert "The prompt is not kept." in page
    assert "Forget prompts" not in body(browser, listed(run))
    assert [deed.action for deed in record_of(run, 1, 1).deeds] == before == ["like_post", "create_post"]
    assert Audit.objects.filter(run=run, action="forget prompts").count() == 1


def test_a_forks_shared_steps_have_their_ancestors_records(browser, run) -> None:
    fork = Run.objects.create(
        parent=run, fork_step=2, step=2, steps=10, seed=7, users=run.users, owner=run.owner,
        scenario_version=run.scenario_version,
    )  # fmt: skip
    assert "You are user 1." in body(browser, address(fork, 1, 2))
    page = body(browser, listed(fork))
    assert f'href="{address(fork, 1, 2)}"' in page
    assert f'href="{address(fork, 1, 3)}"' not in page, "that step is the parent's alone"


def test_the_runs_page_counts_what_went_wrong_and_leads_to_it(browser, run) -> None:
    page = body(browser, reverse("run:page", args=[run.pk]))
    assert "1 of 7 could not be read, 1 of 7 came too late" in page
    assert f'href="{listed(run)}"' in page
    ModelReply.objects.filter(run_id=run.rows).update(outcome="answered")
    assert "all 7 could be read" in body(browser, reverse("run:page", args=[run.pk]))


def test_a_run_without_models_has_no_word_of_them(browser, run) -> None:
    ModelReply.objects.all().delete()
    version = run.scenario_version
    del version.document["minds"]
    version.save()
    page = body(browser, reverse("run:page", args=[run.pk]))
    assert listed(run) not in page
    assert "Questions to models" not in page
    assert "Users of this run decide by rules" in body(browser, listed(run))


def test_the_feed_leads_to_the_decision_behind_a_post(browser, run) -> None:
    page = body(browser, reverse("run:page", args=[run.pk]))
    assert f'href="{address(run, 5, 3)}"' in page
    assert f'href="{address(run, 0, 0)}"' not in page, "seed posts were decided by nobody"


def test_the_list_is_narrowed_by_outcome_tier_and_user(browser, run) -> None:
    for query, count in (
        ("", 7), ("?outcome=abstained", 1), ("?outcome=late&user=2", 1), ("?user=1", 3), ("?user=-3", 1),
        ("?tier=local", 0), ("?tier=endpoint&outcome=answered&user=1", 3),
    ):  # fmt: skip
        assert body(browser, listed(run) + query).count('class="name"') == count, query
    for query in ("?outcome=x", "?tier=rules", "?user=me", "?before=1", "?before=a.b", "?user=99999999999"):
        assert browser.get(listed(run) + query).status_code == 400, query


def test_the_list_follows_the_time_that_is_looked_at(browser, run) -> None:
    for query, count in (("?at=1", 3), ("?at=2", 5), ("?at=1&user=1", 1), ("?at=0", 0)):
        page = body(browser, listed(run) + query)
        assert page.count('class="name"') == count, query
        assert f'data-at="{query[4]}"' in page, "the slider stands there"
    assert "up to step 0" in body(browser, listed(run) + "?at=0")
    assert browser.get(listed(run) + "?at=x").status_code == 400
    part = browser.get(listed(run) + "?at=1", headers={"hx-request": "true"}).content.decode()
    assert part.strip().startswith('<div id="decisions-list"')


def test_pages_of_the_list_follow_each_other_to_the_end(browser, run, monkeypatch) -> None:
    monkeypatch.setattr("simapp.web.decision_pages.PAGE", 2)
    query, seen = "", []
    while query is not None:
        page = body(browser, listed(run) + query)
        seen += [part.split('"')[0] for part in page.split('class="name"><a href="')[1:]]
        before, found, _ = page.partition('" rel="next"')
        query = before.rsplit('href="', 1)[1].replace("&amp;", "&") if found else None
    group = reverse("run:group-decision", args=[run.pk, 3, 2])
    places = [(3, 1), (3, -3), (2, 3), (2, 1), (1, 4), (1, 2), (1, 1)]
    assert seen == [group if user < 0 else address(run, user, step) for step, user in places]


def test_pages_cost_few_queries_however_many_rows_they_show(
    browser, run, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(24):
        body(browser, listed(run))
    with django_assert_max_num_queries(26):
        body(browser, address(run, 1, 3))


def test_a_stranger_is_told_that_there_is_no_such_run(run, browser_of, stranger) -> None:
    browser = browser_of(stranger)
    for url in (
        listed(run), address(run, 1, 1), reverse("run:group-decision", args=[run.pk, 3, 2]),
        reverse("run:replies", args=[run.pk]),
    ):  # fmt: skip
        assert browser.get(url).status_code == 404
    assert browser.post(reverse("run:forget-prompts", args=[run.pk]), {"confirm": "on"}).status_code == 404
    assert QuestionBatch.objects.filter(run_id=run.rows, asked__isnull=False).exists()


def test_a_decision_that_cannot_be_is_not_found(browser, run) -> None:
    for user, step in ((run.users, 1), (0, 0), (0, run.step + 1), (2**40, 1), (0, 2**40)):
        assert browser.get(address(run, user, step)).status_code == 404
    assert browser.get(reverse("run:group-decision", args=[run.pk, 1, 5])).status_code == 404


def test_a_group_question_has_a_record_of_its_own(browser, run) -> None:
    url = reverse("run:group-decision", args=[run.pk, 3, 2])
    assert "A model was asked for a group of users" in body(browser, url)
    assert f'href="{url}"' in body(browser, listed(run))


def test_the_list_can_be_narrowed_to_a_cohort_and_its_pages_stay_so(browser, run, monkeypatch) -> None:
    from simapp.runs.cohorts import make_cohort
    from simapp.web import decision_pages

    monkeypatch.setattr(decision_pages, "PAGE", 1)
    cohort = make_cohort(run=run, member=None, name="some", users=np.array([1, 2]), source="numbers", step=0)
    url, seen = f"{listed(run)}?cohort={cohort.pk}", []
    while url:
        page = body(browser, url)
        seen += re.findall(r'<td class="name"><a href="[^"]*/users/(\d+)/decisions/(\d+)/"', page)
        older = re.search(r'href="[^"?]*(\?[^"]*before=[^"]*)"', page)
        url = listed(run) + older[1].replace("&amp;", "&") if older else ""
    kept = ModelReply.objects.filter(user_id__in=[1, 2]).order_by("-step", "-user_id")
    assert len(seen) == kept.count() > 2
    assert {frozenset(map(int, one)) for one in seen} == {frozenset((row.user_id, row.step)) for row in kept}
