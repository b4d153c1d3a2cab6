"""The gallery as a newcomer meets it: question, picture, figures, and a run that is one click away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from simapp.models import Run, Scenario
from simapp.runs import services
from simapp.scenarios.document import scenario_hash
from simapp.scenarios.gallery import get_gallery, list_gallery
from simapp.scenarios.measured import measured
from simapp.web.thumbnail import draw

if TYPE_CHECKING:
    from django.test import Client

PICTURES = Path(__file__).resolve().parents[2] / "static" / "img" / "gallery"


@pytest.fixture
def gallery(db: Any) -> None:
    """The gallery, loaded."""
    services.load_gallery()


@pytest.mark.parametrize("slug", list_gallery())
def test_every_scenario_has_a_small_picture_and_figures_of_the_document_as_it_is(slug: str) -> None:
    picture = (PICTURES / f"{slug}.svg").read_text(encoding="utf-8")
    assert 200 < len(picture) < 20_000
    assert "<script" not in picture
    held = measured()[slug]
    assert held.document == scenario_hash(get_gallery(slug)), f"measure it again: manage.py thumbnails {slug}"


@pytest.mark.parametrize("slug", list_gallery())
def test_the_docs_say_what_was_measured(slug: str) -> None:
    page = (PICTURES.parents[2] / "docs" / "gallery.md").read_text(encoding="utf-8")
    assert measured()[slug].row() in page


def test_a_card_has_question_source_outcome_measurement_and_picture(browser: Client, gallery: None) -> None:
    page = browser.get("/scenarios/")
    cards = {card.scenario.slug: card for card in page.context["cards"]}
    assert set(cards) == set(list_gallery())
    assert len(cards) >= 8
    text = page.content.decode()
    for card in cards.values():
        assert card.picture == f"img/gallery/{card.scenario.slug}.svg"
        assert card.document["question"].endswith("?")
        assert card.measured is not None
    assert "PNAS Nexus" in text
    assert text.count("Launch now") == len(cards)


def test_a_card_launches_its_scenario_as_it_is_with_the_seed_that_stands_there(
    browser: Client, gallery: None, owner: Any
) -> None:
    rumour = Scenario.objects.get(slug="rumour", gallery=True)
    answer = browser.post(f"/scenarios/{rumour.pk}/launch/", {"run-seed": "7"})
    run = Run.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert (run.scenario_version, run.seed, run.owner) == (rumour.versions.get(), 7, owner)
    assert f'<a href="/runs/{run.pk}/">run #{run.pk}</a>' in browser.get("/scenarios/").content.decode()


@pytest.mark.parametrize("seed", ["", "-1", "x", "9" * 30])
def test_a_launch_with_an_odd_seed_is_refused_in_one_sentence(browser: Client, gallery: None, seed: str) -> None:
    rumour = Scenario.objects.get(slug="rumour", gallery=True)
    answer = browser.post(f"/scenarios/{rumour.pk}/launch/", {"run-seed": seed}, follow=True)
    assert "was not launched: seed is" in str(next(iter(answer.context["messages"])))
    assert not Run.objects.exists()


def test_nobody_launches_what_they_may_not_see(browser_of: Any, stranger: Any, scenario: Any) -> None:
    assert browser_of(stranger).post(f"/scenarios/{scenario.pk}/launch/", {"run-seed": "7"}).status_code == 404


def test_a_thumbnail_draws_both_worlds_on_one_scale_and_leaves_gaps_open() -> None:
    text = draw([0.0, None, 2.0, 4.0], [1.0, 1.0, 1.0, 1.0])
    assert 'd="M0.0 90.0M213.3 48.0L320.0 6.0"' in text
    assert 'd="M0.0 69.0L106.7 69.0L213.3 69.0L320.0 69.0"' in text
    assert draw([1.0] * 5000, [0.0] * 5000).count("L") <= 2 * 160
