"""The permission matrix holds: for every address, socket and column of it, and in the documentation."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from django.test import Client

from simapp.live.routing import websocket_urlpatterns
from simapp.web import rights, rights_table
from simapp.web.rights import ADDRESSES, MEMBER, PERSONAL, PUBLIC, SOCKETS, WHO, Rule, may
from tests.web.people import Site, addresses, make_site

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(settings: Any, tmp_path: Path) -> Site:
    """A project with everybody and everything."""
    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return make_site(tmp_path)


def test_every_address_and_socket_has_a_line_in_the_table_and_every_line_an_address() -> None:
    assert set(addresses()) - set(ADDRESSES) == set(), "these have no line in simapp/web/rights.py"
    assert set(ADDRESSES) - set(addresses()) == set(), "these lines are of no address"
    assert {pattern.name for pattern in websocket_urlpatterns} == set(SOCKETS)


def test_an_address_without_a_line_is_refused_to_everybody(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights, "ADDRESSES", {name: rule for name, rule in ADDRESSES.items() if name != "catalogue"})
    assert {site.browser(who).get("/catalogue/").status_code for who in WHO} == {403}


def test_every_address_lets_through_whom_the_table_says_and_nobody_else(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A thousand answers: what their pages say is for other tests, and who is refused is no news to the log.
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda *_, **__: "")
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    monkeypatch.setattr("simapp.runs.reply_files.run_study", lambda owner, file: site.run)
    wrong = [fault for name in addresses() for fault in _faults(site, name, ADDRESSES[name])]
    assert not wrong, "\n".join(wrong)


def _faults(site: Site, name: str, rule: Rule) -> list[str]:
    """What does not go as the table says at one address."""
    faults, url = [], site.url(name)
    open_to_all = rule.get == PUBLIC
    model = "researcher, own" if rule.kind in PERSONAL else "staff"
    for method in ("get", "post"):
        expected = _ask(site, model, method, url)
        if not open_to_all and expected in {403, 404}:
            faults.append(f"{method} {name} is {expected} for {model}: the walk asks for what is not there")
        # Where no view answers the method, the gate is all there is, and two are enough to see it.
        for who in ("anonymous", "viewer") if open_to_all or expected == 405 else WHO:
            status = _ask(site, who, method, url)
            if may(who, rule, change=method == "post"):
                if status == "sign-in" or (status != expected and not open_to_all):
                    faults.append(f"{method} {name} is {status} for {who}, who may; {model} gets {expected}")
            elif status not in _refusals(who, rule):
                faults.append(f"{method} {name} is {status} for {who}, who may not")
    return faults


def _refusals(who: str, rule: Rule) -> set[Any]:
    if who in {"anonymous", "share link"}:
        return {"sign-in"}
    sees = rule.kind and may(who, Rule("read", "read", rule.kind))
    return {403} if sees or not rule.kind else {404}


def _ask(site: Site, who: str, method: str, url: str) -> Any:
    """The status, or "sign-in" where one is sent to sign in; nothing that is done stays done."""
    with transaction.atomic():
        browser = site.browser(who)
        if "/people/" in url and site.cookies.get(who):
            _hand_in_people(site, browser, url)
        answer = getattr(browser, method)(url)
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next=")
    return "sign-in" if to_sign_in else answer.status_code


def _hand_in_people(site: Site, browser: Any, url: str) -> None:
    """The page of people is there for who handed in a file for this scenario."""
    from simapp.models import Upload

    upload = Upload.objects.create(sha256="e" * 64, name="p.csv", format="x-csv", bytes=PEOPLE, size=len(PEOPLE))
    session = browser.session
    session[f"people-of-{site.scenario.pk}"] = {"upload": upload.pk, "name": "p.csv"}
    session.save()


PEOPLE = b"user_id,name,username,user_char,description\n0,A,a,calm,x\n1,B,b,calm,y\n"


def test_the_run_socket_lets_listen_whom_the_table_says(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.live.sockets import Socket

    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)
    from django.conf import settings

    from simapp.asgi import sockets

    async def opened(path: str, cookie: str) -> Any:
        headers = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
        headers += [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())] if cookie else []
        socket = Socket(sockets, path, headers)
        accepted, code = await socket.connect()
        await socket.disconnect()
        return accepted or code

    dial = async_to_sync(opened)
    found = {who: dial(f"/ws/runs/{site.run.pk}/", site.cookies.get(who, "")) for who in WHO}
    assert {who: code is True for who, code in found.items()} == {who: may(who, SOCKETS["run-socket"]) for who in WHO}
    assert (found["anonymous"], found["other project"]) == (4401, 4404)
    other = site.run.pk + 1000
    assert {who: dial(f"/ws/runs/{other}/", site.cookies.get(who, "")) for who in ("share link", "staff")} == {
        "share link": 4401, "staff": 4404,
    }  # fmt: skip
    assert dial("/ws/elsewhere/", site.cookies["staff"]) == 4404


def test_a_form_without_its_token_is_refused_at_every_address(site: Site) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies.update(site.browser("staff").cookies)
    for name in addresses():
        answer = strict.post(site.url(name))
        assert (answer.status_code, b"The form had expired" in answer.content) == (403, True), name


def test_roles_add_up_and_nobody_outside_gets_more_than_a_member(site: Site) -> None:
    for rule in ADDRESSES.values():
        for change in (False, True):
            held = [may(who, rule, change=change) for who in ("viewer", "researcher", "steward", "admin")]
            assert held == sorted(held)
            assert not may("anonymous", rule, change=change) or rule.get == PUBLIC
            assert not may("share link", rule, change=True) or rule.post == PUBLIC
            assert not may("other project", rule) or not rule.kind or rule.get in {PUBLIC, MEMBER}


def test_the_documentation_shows_the_table_as_it_is(project_root: Path) -> None:
    text = (project_root / "docs" / "members.md").read_text(encoding="utf-8")
    assert rights_table.between(text).strip() == rights_table.markdown().strip(), "run `manage.py rights --write`"
