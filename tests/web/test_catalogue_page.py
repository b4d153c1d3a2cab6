"""The catalogue page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics.registry import catalogue
from simapp.web.catalogue_page import bounds

if TYPE_CHECKING:
    from django.test import Client


def test_every_metric_has_an_entry_under_its_name_with_all_it_declares(browser: Client) -> None:
    answer = browser.get("/catalogue/")
    page = answer.content.decode()
    shown = {row["name"]: row for _, rows in answer.context["groups"] for row in rows}
    for metric in catalogue():
        assert f'id="{metric["name"]}"' in page
        assert shown[metric["name"]]["formula"] == metric["formula"]
    assert len(shown) == len(catalogue())


def test_a_range_is_said_in_words() -> None:
    assert bounds([-1.0, 1.0]) == "\u22121 … 1"
    assert bounds([0.0, None]) == "from 0"
    assert bounds([None, 1.0]) == "up to 1"
    assert bounds([None, None]) == "any number"
