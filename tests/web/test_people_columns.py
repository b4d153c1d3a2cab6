"""Files of people and graphs with columns of their own, in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from simapp.models import Upload
from simapp.web.scenario_texts import write

if TYPE_CHECKING:
    from django.test import Client

PANEL = b"Screen Name,years,tags\nann,30,x\nbob,nine,y\nann,20,z\n"


def _send(browser: Client, scenario: Any, data: bytes, name: str) -> Any:
    form = {**write(scenario.versions.order_by("-number").first().document), "tab": "form", "action": "people"}
    return browser.post(reverse("scenario", args=[scenario.pk]), {**form, "people": SimpleUploadedFile(name, data)})


def _columns(browser: Client, scenario: Any, **sent: str) -> Any:
    return browser.post(reverse("people-columns", args=[scenario.pk]), {"kind": "people", "action": "check", **sent})


def test_unknown_columns_are_named_by_the_member_reported_and_used(browser: Client, scenario: Any) -> None:
    assert _send(browser, scenario, PANEL, "panel.csv").status_code == 302
    page = browser.get(reverse("people", args=[scenario.pk]), follow=True)
    guessed = [(column.name, role) for _, column, role in page.context["columns"]]
    assert guessed == [("Screen Name", "handle"), ("years", "age"), ("tags", "")]
    assert "<bdi>ann</bdi>" in page.content.decode()
    answer = _columns(browser, scenario, **{"column-0": "handle", "column-1": "age", "column-2": "trait"})
    report = browser.get(answer["Location"])
    assert (report.context["found"].users, report.context["page"].paginator.count) == (2, 2)
    assert "Change the columns" in report.content.decode()
    skipped = browser.get(reverse("people-skipped", args=[scenario.pk])).getvalue().decode()
    assert "Its handle ann is taken by row 0 already." in skipped
    assert scenario.versions.count() == 1
    browser.post(reverse("people", args=[scenario.pk]))
    people = scenario.versions.order_by("-number").first().document["population"]["people"]
    assert (people["format"], people["name"]) == ("people", "panel.csv")
    assert not Upload.objects.filter(format="table").exists()


def test_the_run_of_mapped_people_has_them(browser: Client, scenario: Any) -> None:
    from simapp.engine.core.streams import Streams
    from simapp.runs.people import people_of
    from simapp.scenarios.document import load_scenario

    _send(browser, scenario, PANEL, "panel.csv")
    _columns(browser, scenario, **{"column-0": "handle", "column-1": "age"})
    browser.post(reverse("people", args=[scenario.pk]))
    document = load_scenario(scenario.versions.order_by("-number").first().document)
    population = people_of(document, Streams(1))
    assert [row.handle for row in population.profiles.rows(0, 2)] == ["ann", "bob"]
    assert population.age.tolist() == [30, 0]
    page = browser.post(
        reverse("scenario-preview", args=[scenario.pk]), {**write(document.model_dump(mode="json")), "tab": "form"}
    )
    assert page.content.decode().count("<circle") == 2


def test_a_wrong_mapping_is_refused_in_a_sentence_and_can_be_mended(browser: Client, scenario: Any) -> None:
    _send(browser, scenario, PANEL, "panel.csv")
    answer = _columns(browser, scenario, **{"column-1": "age"})
    assert answer.status_code == 422
    assert "No column is called handle" in answer.content.decode()
    assert [role for *_, role in answer.context["columns"]] == ["", "age", ""]
    assert not Upload.objects.exclude(format="table").exists()


def test_the_same_table_can_be_sent_again_and_a_lost_one_is_asked_for(browser: Client, scenario: Any) -> None:
    page = reverse("people-columns", args=[scenario.pk])
    for _ in range(2):
        _send(browser, scenario, PANEL, "panel.csv")
        assert browser.get(page).status_code == 200
    _columns(browser, scenario, **{"column-0": "handle"})
    assert [role for *_, role in browser.get(page).context["columns"]] == ["handle", "", ""]
    Upload.objects.filter(format="table").delete()
    assert "upload it again" in browser.get(page, follow=True).content.decode()


def test_a_cancelled_table_is_forgotten(browser: Client, scenario: Any) -> None:
    _send(browser, scenario, PANEL, "panel.csv")
    _columns(browser, scenario, action="cancel")
    assert not Upload.objects.exists()
    assert browser.get(reverse("people-columns", args=[scenario.pk])).status_code == 404


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("edges.txt", b"1 2\n2 3\n3 3\n"),
        ("edges.csv", b"source,target\nann,bob\nbob,cy\ncy,cy\n"),
        ("net.gml", b"graph [\n node [ id 1 ]\n node [ id 2 ]\n node [ id 3 ]\n edge [ source 1 target 2 ]\n"
                    b" edge [ source 2 target 3 ]\n edge [ source 3 target 3 ]\n]\n"),
    ],
)  # fmt: skip
def test_a_graph_is_detected_and_what_was_skipped_is_listed(
    browser: Client, scenario: Any, name: str, data: bytes
) -> None:
    _send(browser, scenario, data, name)
    page = browser.get(reverse("people", args=[scenario.pk]))
    assert page.context["found"].users == 3
    assert [row.reason for row in page.context["page"].object_list] == ["It joins a node to itself."]
    browser.post(reverse("people", args=[scenario.pk]))
    assert scenario.versions.order_by("-number").first().document["population"]["people"]["format"].startswith("graph-")


def test_a_table_of_follows_is_mapped_to_a_graph(browser: Client, scenario: Any) -> None:
    _send(browser, scenario, b"ego,since,alter\nann,2020,bob\nbob,2021,cy\n", "ties.csv")
    page = browser.get(reverse("people-columns", args=[scenario.pk]))
    assert page.context["kind"] == "graph"
    sent = {"kind": "graph", "column-0": "source", "column-2": "target"}
    report = browser.get(_columns(browser, scenario, **sent)["Location"])
    assert (report.context["found"].users, report.context["found"].follows) == (3, 2)


def test_hostile_columns_and_cells_are_text(browser: Client, scenario: Any) -> None:
    data = b"handle_,<script>alert(1)</script>\nann,<img src=x onerror=alert(1)>\n"
    _send(browser, scenario, data, "<b>.csv")
    page = browser.get(reverse("people-columns", args=[scenario.pk])).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
