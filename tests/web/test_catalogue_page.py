"""The catalogue page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.html import escape

from simapp.metrics.reading import RULES
from simapp.metrics.registry import catalogue, live
from simapp.web.catalogue_page import bounds
from simapp.web.run_charts import charts_for

if TYPE_CHECKING:
    from django.test import Client

    from simapp.models import Run


def test_every_metric_has_an_entry_under_its_name_with_all_it_declares(browser: Client) -> None:
    answer = browser.get("/catalogue/")
    page = answer.content.decode()
    shown = {row["name"]: row for _, rows in answer.context["groups"] for row in rows}
    for metric in catalogue():
        assert f'id="{metric["name"]}"' in page
        assert shown[metric["name"]]["formula"] == metric["formula"]
        for text in ("formula", "direction", "null", "edge_cases", "reference", "cost", "exactness", "when", "example"):
            assert escape(metric[text]) in page, (metric["name"], text)
    assert len(shown) == len(catalogue())


def test_the_page_says_what_all_entries_share(browser: Client) -> None:
    page = browser.get("/catalogue/").content.decode()
    for term, text in RULES.items():
        assert f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" in page


def test_a_range_is_said_in_words() -> None:
    assert bounds([-1.0, 1.0]) == "\u22121 … 1"
    assert bounds([0.0, None]) == "from 0"
    assert bounds([None, 1.0]) == "up to 1"
    assert bounds([None, None]) == "any number"


def test_every_chart_leads_to_an_entry_of_the_catalogue(browser: Client) -> None:
    page = browser.get("/catalogue/").content.decode()
    for chart in charts_for(live(), first_votes=True):
        assert f'id="{chart.anchor}"' in page


def test_the_page_says_how_a_figure_is_had_of_ones_own_files(browser: Client) -> None:
    page = browser.get("/catalogue/").content.decode()
    assert "manage.py measure --graph --sides" in page
    assert "at every step of a scenario that names it" in page


def test_a_run_page_with_every_live_metric_has_a_chart_of_each(browser: Client, run: Run) -> None:
    version = run.scenario_version
    version.document = {**version.document, "metrics": ["live"]}
    version.save()
    page = browser.get(reverse("run:page", args=[run.pk])).content.decode()
    for name in ("cross_cutting_share", "modularity", "likes_gini"):
        assert f'data-chart="{name}"' in page
        assert f'/catalogue/#{name}"' in page
