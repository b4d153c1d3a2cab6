"""Files of replies in the browser: taken out of a run, taken in, and a study that is run from one."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from simapp.models import ModelReply, ReplyFile, Run
from simapp.runs import services
from simapp.runs.reply_files import import_replies
from simapp.scenarios.document import load_scenario
from simapp.web.scenario_texts import write
from tests.web.conftest import SMALL

pytestmark = pytest.mark.django_db

THINKING = {
    **SMALL,
    "minds": {
        "models": {"tiers": [{"tier": "endpoint", "model": "oracle", "who": {"kind": "count", "users": 3}}]}
    },
}
FILES = "/replies/"


@pytest.fixture
def version(owner: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("simapp.runs.services.note_prices", lambda *_: {})
    return services.create_scenario(owner=owner, document=load_scenario(THINKING))


@pytest.fixture
def answered(version: Any, owner: Any) -> Run:
    """A run in whose first step a model answered twice, once too late."""
    run = services.create_run(owner=owner, version=version, seed=7)
    Run.objects.filter(pk=run.pk).update(step=1, digest=b"d" * 32)
    common: dict[str, Any] = {"run_id": run.pk, "step": 1, "tier": "endpoint", "model": "oracle"}
    ModelReply.objects.create(
        **common, user_id=1, outcome="answered", text='{"do":[]}', key=b"a" * 32, tokens_in=5
    )
    ModelReply.objects.create(
        **common, user_id=2, outcome="late", problem="no answer", key=b"b" * 32, tries=0
    )
    run.refresh_from_db()
    return run


def taken_out(browser: Client, run: Run) -> bytes:
    answer = browser.get(reverse("run:replies", args=[run.pk]))
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="run-{run.pk}.replies.jsonl.zst"'
    data = b"".join(answer.streaming_content)
    assert int(answer["Content-Length"]) == len(data)
    return data


def take_in(browser: Client, data: bytes, name: str = "study.replies.jsonl.zst") -> Any:
    return browser.post(FILES, {"file": SimpleUploadedFile(name, data)})


def test_a_file_goes_out_comes_in_and_its_study_is_launched(
    browser: Client, browser_of: Callable[[Any], Client], answered: Run, member: Any
) -> None:
    data = taken_out(browser, answered)
    classroom = browser_of(member)

    assert take_in(classroom, data).status_code == 302
    page = classroom.get(FILES).content.decode()
    assert "2 of <bdi>oracle</bdi>" in page
    assert "1 reply came too late" in page
    held = ReplyFile.objects.get()
    answer = classroom.post(reverse("run-reply-file", args=[held.pk]))

    run = Run.objects.get(owner=member)
    assert answer["Location"] == reverse("run:page", args=[run.pk])
    assert (run.answers, run.replies_from, run.seed, run.steps) == ("cache", held, 7, 1)
    assert run.scenario_version.document == answered.scenario_version.document


def test_a_file_that_is_none_is_refused_in_one_sentence_and_nothing_is_kept(
    browser: Client, answered: Run
) -> None:
    answer = take_in(browser, b"hello", "<b>x</b>.zst")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "line 1 cannot be unpacked" in page
    assert "<b>x</b>" not in page
    assert browser.post(FILES, {}).status_code == 422
    assert not ReplyFile.objects.exists()


def test_a_file_above_the_upload_limit_is_refused(browser: Client, answered: Run, settings: Any) -> None:
    settings.SOCIARIUM_UPLOAD_LIMIT_BYTES = 10
    assert "may have at most" in take_in(browser, taken_out(browser, answered)).content.decode()


def test_files_of_others_are_neither_seen_nor_run_nor_deleted(
    browser: Client, browser_of: Callable[[Any], Client], answered: Run, stranger: Any, owner: Any
) -> None:
    held = import_replies(owner=owner, name="mine.zst", file=io.BytesIO(taken_out(browser, answered)))
    visitor = browser_of(stranger)
    assert "mine.zst" not in visitor.get(FILES).content.decode()
    for name in ("run-reply-file", "delete-reply-file"):
        assert visitor.post(reverse(name, args=[held.pk])).status_code == 404
    assert "mine.zst" in browser.get(FILES).content.decode()
    browser.post(reverse("delete-reply-file", args=[held.pk]))
    assert not ReplyFile.objects.exists()


def test_a_run_without_replies_has_no_file_and_says_so(browser: Client, answered: Run) -> None:
    ModelReply.objects.all().delete()
    answer = browser.get(reverse("run:replies", args=[answered.pk]), follow=True)
    assert "No model answered" in answer.content.decode()


def test_the_launch_box_lets_choose_who_answers_only_where_models_are_asked(
    browser: Client, scenario: Any, version: Any, answered: Run
) -> None:
    plain = browser.get(reverse("scenario", args=[scenario.pk])).content.decode()
    page = browser.get(reverse("scenario", args=[version.scenario_id])).content.decode()
    assert 'name="run-answers"' not in plain
    assert "from the reply cache" in page
    assert "1 reply came too late" in page, "what was answered here would not repeat that run"


def test_a_run_is_launched_from_the_cache_and_takes_the_file_of_its_seed(
    browser: Client, version: Any, answered: Run, owner: Any
) -> None:
    held = import_replies(owner=owner, name="s.zst", file=io.BytesIO(taken_out(browser, answered)))
    url = reverse("scenario", args=[version.scenario_id])
    assert "s.zst for seed 7" in browser.get(url).content.decode()
    form = {**write(version.document), "tab": "form", "action": "launch", "run-seed": "7"}

    assert browser.post(url, {**form, "run-answers": "cache"}).status_code == 302
    assert (Run.objects.order_by("pk").last().answers, Run.objects.order_by("pk").last().replies_from) == (
        "cache",
        held,
    )
    assert browser.post(url, form).status_code == 302
    assert Run.objects.order_by("pk").last().answers == "models"
    wrong = browser.post(url, {**form, "run-answers": "ghosts"})
    assert wrong.status_code == 422
    assert "answers is" in wrong.content.decode()


def test_the_list_of_files_costs_few_queries(
    browser: Client, answered: Run, owner: Any, django_assert_max_num_queries: Any
) -> None:
    data = taken_out(browser, answered)
    first = import_replies(owner=owner, name="s.zst", file=io.BytesIO(data))
    ReplyFile.objects.bulk_create(
        ReplyFile(owner=owner, name=f"{i}.zst", sha256="0" * 64, said=first.said, scenario_sha256="0" * 64, seed=i,
                  replies=1)
        for i in range(12)
    )  # fmt: skip
    with django_assert_max_num_queries(7):
        page = browser.get(FILES).content.decode()
    assert page.count("Run this study") == 10
