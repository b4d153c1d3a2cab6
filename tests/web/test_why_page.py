"""Why a post was in a feed: recomputed by a worker, and compared with what was logged."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest
from django.urls import reverse

from simapp.engine.core.threads import Workers
from simapp.models import FeedExplanation, Run, RunFile
from simapp.runs import explaining
from simapp.runs.decisions import feed_of
from simapp.runs.forks import create_fork
from simapp.runs.retracing import all_presets
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)

STEP = 4


@pytest.fixture
def run(owner: Any, settings: Any, tmp_path: Any) -> Run:
    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return finish(make(busy("rumour", "feed.preset=reddit-hot", "feed.explore=0.2"), steps=6, owner=owner))


def somebody(run: Run, step: int = STEP) -> int:
    return next(user for user in range(run.users) if len(feed_of(run, user, step)[0]) > 3)


def told(browser: Any, run: Run, user: int, place: int, query: str = "", step: int = STEP) -> str:
    post = feed_of(run, user, step)[0][place].post
    url = reverse("run:why", args=[run.pk, user, step, post]) + query
    answer = browser.get(url, HTTP_HX_REQUEST="true")
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def made() -> FeedExplanation:
    """What a worker does with the newest question."""
    return explaining.make(FeedExplanation.objects.latest("pk").pk, workers=Workers())


def test_a_post_is_explained_once_a_worker_has_recomputed_the_feed(run, browser) -> None:
    user = somebody(run)
    asked = told(browser, run, user, 1)
    assert "Being recomputed: waiting for a worker." in asked
    assert 'hx-trigger="every 700ms"' in asked
    found = made()
    assert found.status == "done"
    for place, one in enumerate(feed_of(run, user, STEP)[0]):
        page = told(browser, run, user, place)
        assert "place and score equal what was logged" in page
        assert f'<p class="why-place"><b>{one.rank + 1}</b>' in page
        assert 'hx-trigger="every' not in page, "nothing is waited for any more"
    assert "Hot" in told(browser, run, user, 0)
    assert FeedExplanation.objects.count() == 1, "one answer serves every post of the feed"


def test_the_place_under_every_other_preset_is_told(run, browser) -> None:
    user = somebody(run)
    told(browser, run, user, 0)
    found = made()
    assert set(found.told["impressions"][0]["elsewhere"]) == set(all_presets())
    page = told(browser, run, user, 0)
    rows = page.split("why-elsewhere")[1].count("<tr>") - 1
    assert rows == len(all_presets()) - 1, "its own is not another"


def test_where_that_takes_long_presets_that_learn_wait_until_they_are_asked_for(run, browser, monkeypatch) -> None:
    monkeypatch.setattr(explaining, "LITTLE", 1)
    user = somebody(run)
    told(browser, run, user, 0)
    first = made()
    assert not first.told.get("wide")
    assert "Place it under those too" in told(browser, run, user, 0)
    assert "Placing it under the presets that learn" in told(browser, run, user, 0, "?wide=1")
    whole = made()
    assert whole.told["wide"]
    kept = {name: place for name, place in whole.told["impressions"][0]["elsewhere"].items()
            if name in first.told["impressions"][0]["elsewhere"]}  # fmt: skip
    assert kept == first.told["impressions"][0]["elsewhere"]
    assert set(whole.told["impressions"][0]["elsewhere"]) == set(all_presets())


def test_a_log_that_says_otherwise_is_shown_as_a_fault(run, browser) -> None:
    from simapp.store.files import keep_file, list_files, run_folder
    from simapp.store.parquet import read_log

    user = somebody(run)
    told(browser, run, user, 1)
    made()
    ((_, file),) = list_files(run.rows, "impressions", after=STEP - 1, upto=STEP)
    frame = read_log(run_folder(run.rows), file)
    mine = (pl.col("viewer") == user) & (pl.col("rank") == 1)
    frame = frame.with_columns(score=pl.when(mine).then(pl.col("score") + 1).otherwise(pl.col("score")))
    name, digest, size = keep_file(
        run_folder(run.rows) / "impressions", frame.write_parquet, stem="impressions-x", suffix=".parquet"
    )
    RunFile.objects.filter(run_id=run.rows, kind="impressions", step=STEP).update(
        name=f"impressions/{name}", hash=digest, bytes=size
    )
    assert "Recomputed differently" in told(browser, run, user, 1)
    other = told(browser, run, user, 0)
    assert "place and score equal what was logged" in other
    assert "1 other post of this feed did not" in other


def test_a_run_whose_steps_do_not_come_out_again_says_so_and_can_be_tried_again(run, browser) -> None:
    from simapp.models import RunStep

    user = somebody(run)
    told(browser, run, user, 0)
    kept = bytes(RunStep.objects.get(run_id=run.rows, step=STEP).impressions_digest)
    RunStep.objects.filter(run_id=run.rows, step=STEP).update(impressions_digest=bytes(32))
    assert made().status == "failed"
    page = told(browser, run, user, 0)
    assert "It could not be recomputed: step 4 of run" in page
    assert "came out differently" in page
    RunStep.objects.filter(run_id=run.rows, step=STEP).update(impressions_digest=kept)
    assert "Being recomputed" in told(browser, run, user, 0, "?again=1")
    assert made().status == "done"


def test_a_fork_shares_what_was_found_about_the_past_that_it_shares(run, browser, owner) -> None:
    user = somebody(run)
    told(browser, run, user, 0)
    made()
    fork = create_fork(run=run, at=5, member=owner)
    assert "place and score equal" in told(browser, fork, user, 0)
    assert FeedExplanation.objects.count() == 1


def test_a_task_that_comes_twice_works_once_and_one_whose_worker_died_is_sent_again(run, browser) -> None:
    from django.utils import timezone

    told(browser, run, somebody(run), 0)
    found = FeedExplanation.objects.get()
    FeedExplanation.objects.update(status="running", touched=timezone.now())
    assert explaining.make(found.pk, workers=Workers()).status == "running"
    assert not FeedExplanation.objects.filter(explaining.abandoned()).exists()
    FeedExplanation.objects.update(touched=timezone.now() - timezone.timedelta(seconds=100))
    assert FeedExplanation.objects.filter(explaining.abandoned()).exists()
    assert made().status == "done"


def test_too_many_at_once_are_refused_with_a_sentence(run, browser, monkeypatch) -> None:
    monkeypatch.setattr(explaining, "OPEN_AT_ONCE", 0)
    user = somebody(run)
    post = feed_of(run, user, STEP)[0][0].post
    answer = browser.get(reverse("run:why", args=[run.pk, user, STEP, post]))
    assert answer.status_code == 409
    assert "are being explained; look again in a moment" in answer.content.decode()


def test_rules_say_how_likely_each_deed_was(run, browser) -> None:
    user = somebody(run)
    url = reverse("run:weighed", args=[run.pk, user, STEP])
    assert "Being recomputed" in browser.get(url).content.decode()
    made()
    page = browser.get(url).content.decode()
    assert re.search(r"Read the first \d+ of \d+", page)
    assert "like post <b>" in page


def test_what_was_not_in_the_feed_is_not_found_nor_shown_to_strangers(run, browser, browser_of, stranger) -> None:
    user = somebody(run)
    post = feed_of(run, user, STEP)[0][0].post
    for args in ((user, STEP, 1), (user, 0, post), (user, 99, post), (10**6, STEP, post)):
        assert browser.get(reverse("run:why", args=[run.pk, *args])).status_code == 404
    for name, args in (("why", (user, STEP, post)), ("weighed", (user, STEP))):
        assert browser_of(stranger).get(reverse(f"run:{name}", args=[run.pk, *args])).status_code == 404
    assert not FeedExplanation.objects.exists()
