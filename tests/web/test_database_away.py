"""Where the database does not answer a page says so, without asking it, and comes back by itself."""

from __future__ import annotations

import pytest
from django.db.utils import InterfaceError, OperationalError
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("problem", [OperationalError("connection refused"), InterfaceError("closed")])
@pytest.mark.parametrize("where", ["session", "view"])
def test_a_page_that_cannot_be_made_says_that_the_database_does_not_answer(
    problem, where, browser, monkeypatch
) -> None:
    def away(*_args: object, **_more: object) -> None:
        raise problem

    session = "django.contrib.sessions.backends.base.SessionBase.get"
    place = "simapp.web.run_list.page_of" if where == "view" else session
    monkeypatch.setattr(place, away)
    browser.raise_request_exception = False
    answer = browser.get(reverse("runs"))
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "The database does not answer" in page
    assert 'http-equiv="refresh"' in page
    assert "refused" not in page


def test_another_fault_is_still_a_fault_of_ours(browser, monkeypatch) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("simapp.web.run_list.page_of", broken)
    browser.raise_request_exception = False
    assert browser.get(reverse("runs")).status_code == 500
