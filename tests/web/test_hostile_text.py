"""Whatever members, users and models write stays text: on every page there is, and in what is downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simapp.models import (
    Endpoint,
    Export,
    Invitation,
    ModelReply,
    Probe,
    Project,
    ReplyFile,
    Run,
    RunProbe,
    RunText,
    RunUser,
    Scenario,
    ScenarioVersion,
    ShareLink,
)  # fmt: skip
from simapp.web.rights import ADDRESSES, PUBLIC
from tests.web import hostile
from tests.web.main_pages import PAGES
from tests.web.people import Site, addresses, make_site

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
# Names of places (see `plant`) that some page must show, or the walk proves nothing about them.
SHOWN = (
    "post", "handle", "run", "scenario", "version", "project", "member", "endpoint", "invitation", "link", "reply",
    "problem", "question", "answer", "file", "error", "worker",
)  # fmt: skip


def plant(site: Site) -> None:
    """Put a hostile text into everything that somebody writes."""
    run, text = site.run, hostile.text
    for row in RunText.objects.filter(run_id=run.pk):
        RunText.objects.filter(run_id=run.pk, text_id=row.text_id).update(text=text("post"))
    RunUser.objects.filter(run_id=run.pk).update(
        handle=text("handle", 300), name=text("name"), bio=text("bio"), persona=text("persona")
    )
    Run.objects.filter(pk=run.pk).update(
        title=text("run", 200), error=text("error"), status="failed", owner_name=text("worker", 200),
        waiting=text("waiting", 300),
    )  # fmt: skip
    Scenario.objects.update(title=text("scenario", 200))
    for version in ScenarioVersion.objects.all():
        version.document = {**version.document, "title": text("version", 200), "question": text("asks", 300)}
        version.save(update_fields=["document"])
    Project.objects.filter(pk=site.project.pk).update(name=text("project", 80))
    for number, person in enumerate(site.members.values()):
        person.username = text(f"member{number}", 150)
        person.save(update_fields=["username"])
    Endpoint.objects.update(name=text("endpoint", 80), model=text("model", 200))
    Invitation.objects.update(name=text("invitation", 120))
    ShareLink.objects.update(name=text("link", 120))
    ReplyFile.objects.update(name=text("file", 200))
    Export.objects.update(error=text("export"))
    asked: dict[str, Any] = {"tier": "endpoint", "model": "oracle", "outcome": "abstained"}
    ModelReply.objects.create(run_id=run.pk, step=1, user_id=1, **asked)
    ModelReply.objects.filter(run_id=run.pk).update(
        text=text("reply"), problem=text("problem", 300), first=text("first"), revision=text("oracle", 200)
    )
    probe = Probe.objects.create(
        run=run, member=run.owner, step=1, users=[1], prompt=text("question"), status="done"
    )
    RunProbe.objects.create(
        probe_id=probe.pk, run_id=run.pk, user_id=1, step=1, seq=0, tier=0, kind="interview", prompt=probe.prompt,
        response=text("answer"),
    )  # fmt: skip


@pytest.fixture
def site(settings: Any, tmp_path: Path) -> Site:
    settings.SOCIARIUM_DATA_ROOT = tmp_path
    made = make_site(tmp_path)
    plant(made)
    return made


def test_no_page_makes_an_element_an_attribute_or_a_turn_of_a_text(site: Site) -> None:
    wrong, said = [], ""
    for who, url in walked(site):
        answer = site.browser(who).get(url)
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        page = hostile.Page(answer.content.decode())
        said += " ".join(page.said)
        wrong += [f"{url}: {fault}" for fault in page.faults]
    assert not wrong, "\n".join(dict.fromkeys(wrong))
    assert [place for place in SHOWN if f"{place} {hostile.TURNED}" not in said and place not in said] == []


def test_what_is_no_page_is_sent_as_what_it_is_and_never_sniffed(site: Site) -> None:
    kinds = {}
    for who, url in walked(site):
        answer = site.browser(who).get(url)
        assert answer["X-Content-Type-Options"] == "nosniff", url
        kind = answer.get("Content-Type", "").partition(";")[0]
        if answer.status_code == 200 and kind != "text/html":
            kinds[kind] = url
            told = kind in {"application/json", "application/schema+json", "application/octet-stream", "text/plain"}
            assert told or "attachment" in answer["Content-Disposition"], url
        if answer.streaming:
            b"".join(answer.streaming_content)
    assert {"text/csv", "application/json", "application/yaml", "application/zip"} <= set(kinds)


def walked(site: Site) -> list[tuple[str, str]]:
    """Every address, and every main page with its query."""
    own = {name: "researcher, own" for name, rule in ADDRESSES.items() if rule.kind == "replies"}
    every = [(own.get(name, "staff"), site.url(name)) for name in addresses() if ADDRESSES[name].get != PUBLIC]
    return list(dict.fromkeys([*every, *((who, site.url(name) + query) for name, query, who in PAGES)]))
