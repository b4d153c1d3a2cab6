"""People from a file, in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from simapp.models import Upload
from simapp.web.scenario_texts import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

HEAD = (
    "user_id,name,username,following_agentid_list,previous_tweets,"
    "user_char,description,activity_level_frequency\n"
)


def _send(browser: Client, scenario: Any, data: bytes, name: str = "people.csv") -> Any:
    form = {**write(scenario.versions.get().document), "tab": "form", "action": "people"}
    file = SimpleUploadedFile(name, data)
    return browser.post(reverse("scenario", args=[scenario.pk]), {**form, "people": file})


def _document(scenario: Any) -> dict[str, Any]:
    return scenario.versions.order_by("-number").first().document


def _rows(*follows: str) -> bytes:
    lines = [f'{i},n{i},u{i},"{text}",[],c,d,"{[1] * 24}"' for i, text in enumerate(follows)]
    return (HEAD + "\n".join(lines) + "\n").encode()


def test_the_111_users_of_oasis_are_read_reported_and_used(
    browser: Client, scenario: Any, shared_data: Path
) -> None:
    data = (shared_data / "oasis-propagation" / "users_x_111.csv").read_bytes()
    answer = _send(browser, scenario, data, "users_x_111.csv")
    report = reverse("people", args=[scenario.pk])
    assert answer["Location"] == report
    found = browser.get(report).context["found"]
    assert (found.format, found.users, found.follows, len(found.seed_posts)) == ("oasis-x", 111, 85, 1)
    page = browser.post(report, follow=True).content.decode()
    assert "takes its people from users_x_111.csv" in page
    assert _document(scenario)["population"]["people"]["name"] == "users_x_111.csv"
    assert _document(scenario)["population"]["users"] == 111


def test_reddit_users_are_detected(browser: Client, scenario: Any, shared_data: Path) -> None:
    data = (shared_data / "oasis-propagation" / "users_reddit_36.json").read_bytes()
    _send(browser, scenario, data, "misleading.csv")
    found = browser.get(reverse("people", args=[scenario.pk])).context["found"]
    assert (found.format, found.users) == ("oasis-reddit", 36)


def test_a_follow_list_naming_unknown_users_is_reported_by_row(browser: Client, scenario: Any) -> None:
    _send(browser, scenario, _rows("[1, 77]", "[0]", "[2, 99]"))
    page = browser.get(reverse("people", args=[scenario.pk]))
    said = [(skipped.row, skipped.part, skipped.reason) for skipped in page.context["page"].object_list]
    assert [(row, part) for row, part, _ in said if part == "follow"] != []
    for number in ("77", "99"):
        assert any(number in reason for *_, reason in said)
        assert number in page.content.decode()


def test_a_long_report_is_paged(browser: Client, scenario: Any) -> None:
    _send(browser, scenario, _rows(*["[5000]"] * 120))
    report = reverse("people", args=[scenario.pk])
    first, last = browser.get(report), browser.get(report, {"page": "3"})
    assert len(first.context["page"].object_list) == 50
    assert len(last.context["page"].object_list) == 20
    assert "page 1 of 3" in first.content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'{"users": []}', "The JSON file holds an object; it must hold a list of users."),
        (b"name,name\nann,3\n", "appears twice"),
        (b"", "empty"),
        (b"\xff\xfe\x00a", "UTF-8"),
        (b"[1, 2", "The file is not valid JSON at line 1"),
        (HEAD.encode(), ""),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence_and_not_kept(
    browser: Client, scenario: Any, data: bytes, sentence: str
) -> None:
    answer = _send(browser, scenario, data)
    assert answer.status_code == 422
    assert answer.context["people_problem"].endswith(".") or answer.context["people_problem"]
    assert sentence in answer.content.decode()
    assert not Upload.objects.exists()
    assert scenario.versions.count() == 1


def test_a_file_over_the_limit_is_refused_with_both_sizes(
    browser: Client, scenario: Any, settings: Any
) -> None:
    settings.SOCIARIUM_UPLOAD_LIMIT_BYTES = 2_000_000
    answer = _send(browser, scenario, b"x" * 2_000_001, "big.csv")
    assert answer.status_code == 422
    assert "big.csv has 2 MB; a file may have at most 2 MB." in answer.content.decode()
    assert not Upload.objects.exists()


def test_no_file_chosen_is_said(browser: Client, scenario: Any) -> None:
    form = {**write(scenario.versions.get().document), "tab": "form", "action": "people"}
    answer = browser.post(reverse("scenario", args=[scenario.pk]), form)
    assert "No file was chosen" in answer.content.decode()


def test_a_hostile_file_name_and_hostile_rows_are_text(browser: Client, scenario: Any) -> None:
    _send(
        browser, scenario, _rows("[1, '<script>alert(2)</script>']", "[0]"), "<script>alert(1)</script>.csv"
    )
    page = browser.get(reverse("people", args=[scenario.pk])).content.decode()
    assert "<script>alert" not in page


def test_the_report_belongs_to_who_sent_the_file(
    browser: Client, browser_of: Callable[[Any], Client], admin_member: Any, scenario: Any
) -> None:
    _send(browser, scenario, _rows("[1]", "[0]"))
    report = reverse("people", args=[scenario.pk])
    assert browser.get(report).status_code == 200
    assert browser_of(admin_member).get(report).status_code == 404
