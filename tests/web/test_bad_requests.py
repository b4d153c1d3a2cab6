"""A wrong request is one sentence: in the site's frame for a person, as a line of text for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

# What a browser says when a person follows a link or sends a form.
PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Mode": "navigate"}
SCRIPTS = (
    {},
    {"Accept": "application/json"},
    {**PERSON, "HX-Request": "true"},
    {**PERSON, "Sec-Fetch-Mode": "cors"},
    {"Accept": "text/html", "X-Requested-With": "fetch"},
)
MANY = "/compare/?runs=" + ",".join(str(number) for number in range(1, 22))


def test_a_person_who_compares_too_many_runs_is_told_so_in_the_frame_of_the_site(browser: Client) -> None:
    answer = browser.get(MANY, headers=PERSON)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/html")
    assert "<p>At most 20 runs can be compared at once; runs names 21.</p>" in page
    assert 'class="rail"' in page


@pytest.mark.parametrize("said", SCRIPTS)
def test_a_script_gets_the_same_sentence_as_plain_text(browser: Client, said: dict[str, str]) -> None:
    answer = browser.get(MANY, headers=said)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == "At most 20 runs can be compared at once; runs names 21."


def test_what_was_typed_into_an_address_is_shown_as_text(browser: Client) -> None:
    page = browser.get("/compare/?runs=<b>1</b>", headers=PERSON).content.decode()
    assert "&lt;b&gt;1&lt;/b&gt;" in page
    assert "<b>1</b>" not in page


def test_the_address_of_a_button_that_is_only_looked_at_says_what_to_do(browser: Client) -> None:
    answer = browser.get("/runs/delete/", headers=PERSON)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "only takes what a form sends, and nothing was changed" in answer.content.decode()
    assert browser.get("/runs/delete/").content == b""


def test_an_answer_that_is_a_page_already_stays_as_it_is(browser: Client) -> None:
    page = browser.get("/runs/?set=nonsense", headers=PERSON)
    assert page.status_code == 400
    assert "Go to the runs" not in page.content.decode()


def test_the_way_back_is_the_page_that_one_came_from(browser: Client) -> None:
    came = browser.get(MANY, headers={**PERSON, "Referer": "http://testserver/runs/?group=status&fold=failed"})
    assert '<a class="button" href="/runs/?group=status&amp;fold=failed">Go back</a>' in came.content.decode()
    for elsewhere in ("http://elsewhere.example/x", f"http://testserver{MANY}", "javascript:alert(1)"):
        page = browser.get(MANY, headers={**PERSON, "Referer": elsewhere}).content.decode()
        assert "Go to the runs" in page, elsewhere
