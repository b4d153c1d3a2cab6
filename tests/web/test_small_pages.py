"""Errors, colours, and what browsers ask for by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory

from simapp.web import small_pages


def test_a_page_that_is_not_there_keeps_the_frame(browser: Client) -> None:
    answer = browser.get("/nowhere/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Nothing here" in page
    assert 'class="rail"' in page


@pytest.mark.django_db
def test_a_fault_is_told_even_when_the_page_itself_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no database")

    monkeypatch.setattr(small_pages, "render", fails)
    answer = small_pages.broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert answer.content.decode().startswith("Something broke.")


@pytest.mark.django_db
def test_a_fault_shows_nothing_of_its_cause(monkeypatch: pytest.MonkeyPatch, browser: Client) -> None:
    def fails(request: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("simapp.web.catalogue_page.metric_rows", fails)
    browser.raise_request_exception = False
    answer = browser.get("/catalogue/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.content.decode()
    assert "Something broke" in answer.content.decode()


@pytest.mark.parametrize(
    ("wish", "kept"), [("dark", "dark"), ("light", "light"), ("auto", "auto"), ('"><x>', "auto")]
)
@pytest.mark.django_db
def test_the_colour_choice_is_kept_and_brings_back(wish: str, kept: str) -> None:
    client = Client()
    answer = client.post("/theme/", {"theme": wish, "next": "/sign-in/?next=/runs/"})
    assert answer["Location"] == "/sign-in/?next=/runs/"
    assert client.cookies["theme"].value == kept
    page = client.get("/sign-in/").content.decode()
    assert (f'<html lang="en" data-theme="{kept}">' in page) == (kept != "auto")


@pytest.mark.django_db
def test_crawlers_are_kept_out_and_the_icon_is_there() -> None:
    assert b"Disallow: /" in Client().get("/robots.txt").content
    assert Client().get("/favicon.ico")["Location"].endswith("img/favicon.svg")


def test_the_home_is_the_list_of_runs(browser: Client) -> None:
    assert browser.get("/")["Location"] == "/runs/"
