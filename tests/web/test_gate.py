"""Who gets in: nobody by default, a stranger nowhere, and under which policy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.addresses import all_paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OPEN = {
    "/sign-in/", "/sign-in/a/", "/robots.txt", "/favicon.ico", "/theme/", "/admin/login/", "/invitations/a/",
    "/shared/a/",
}  # fmt: skip
# What browsers and scripts of the admin ask for, with nothing of any member in it.
OPEN_TO_READ = {"/admin/jsi18n/"}


@pytest.mark.django_db
def test_a_signed_out_visitor_is_sent_to_sign_in_from_every_address() -> None:
    paths = [path for path in all_paths() if path not in OPEN | OPEN_TO_READ]
    assert len(paths) > 25, "the walk finds the site"
    visitor = Client()
    let_in = []
    for path in paths:
        for answer in (visitor.get(path, follow=True), visitor.post(path, follow=True)):
            if not answer.redirect_chain or answer.request["PATH_INFO"] != "/sign-in/":
                let_in.append((path, answer.status_code))
    assert not let_in


@pytest.mark.django_db
def test_the_open_addresses_say_nothing_about_members_and_do_not_ask_to_sign_in() -> None:
    visitor = Client()
    assert {path: visitor.get(path).status_code for path in sorted(OPEN)} == {
        "/admin/login/": 302, "/favicon.ico": 302, "/robots.txt": 200,
        "/sign-in/": 200, "/sign-in/a/": 403, "/theme/": 405, "/invitations/a/": 404, "/shared/a/": 404,
    }  # fmt: skip


@pytest.mark.django_db
def test_a_fragment_asked_for_by_a_signed_out_page_is_told_to_load_the_sign_in_page() -> None:
    answer = Client().get("/runs/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"], answer.content) == (401, "/sign-in/", b"")


def test_a_stranger_finds_nothing_where_something_of_another_member_is(
    browser_of: Callable[[Any], Client],
    stranger: Any,
    scenario: Any,
    run: Any,
    make_export: Callable[..., Any],
) -> None:
    export = make_export(posts__csv=b"a\n")
    visitor = browser_of(stranger)
    for path in (
        reverse("scenario", args=[scenario.pk]),
        reverse("scenario-yaml", args=[scenario.pk]),
        reverse("people", args=[scenario.pk]),
        reverse("run:page", args=[run.pk]),
        reverse("export-page", args=[export.pk]),
        reverse("download", args=[export.pk]),
        reverse("download-file", args=[export.pk, "posts.csv"]),
    ):
        assert visitor.get(path).status_code == 404, path
    for path in (
        reverse("scenario", args=[scenario.pk]),
        reverse("use-scenario", args=[scenario.pk]),
        reverse("people", args=[scenario.pk]),
        reverse("export", args=[run.pk]),
    ):
        assert visitor.post(path, {"action": "launch", "format": "csv"}).status_code == 404, path
    assert scenario.versions.count() == 1
    assert run.exports.count() == 1


def test_lists_hold_nothing_of_another_member(
    browser_of: Callable[[Any], Client], stranger: Any, run: Any, make_export: Callable[..., Any]
) -> None:
    make_export(posts__csv=b"a\n")
    visitor = browser_of(stranger)
    for path in ("/runs/", "/scenarios/", "/exports/"):
        assert "Small town" not in visitor.get(path).content.decode(), path


def test_every_page_but_the_admin_comes_under_the_strict_policy(
    browser: Client, admin_member: Any, run: Any
) -> None:
    for path in ("/runs/", "/scenarios/", "/catalogue/", "/exports/", f"/runs/{run.pk}/", "/nowhere/"):
        policy = browser.get(path)["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "connect-src 'self' ws://testserver wss://testserver" in policy
    browser.force_login(admin_member)
    assert "script-src" not in browser.get("/admin/")["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_forged_host_does_not_reach_the_policy() -> None:
    answer = Client(headers={"host": "evil.example; script-src *"}).get("/sign-in/")
    assert answer.status_code == 400
    assert "evil" not in answer["Content-Security-Policy"]


def test_no_template_holds_inline_scripts_or_styles(project_root: Path) -> None:
    found = []
    for file in sorted((project_root / "templates").rglob("*.html")):
        if "admin" in file.relative_to(project_root).parts:
            continue
        text = file.read_text(encoding="utf-8")
        for script in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL):
            if script[1].strip() and "application/json" not in script[0]:
                found.append((file.name, "script"))
        found += [
            (file.name, what) for what in re.findall(r"<style\b|\sstyle=|\son[a-z]+=|hx-on|javascript:", text)
        ]
    assert not found


def test_a_form_without_its_token_changes_nothing(owner: Any, scenario: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    answer = strict.post(
        reverse("scenario", args=[scenario.pk]), {"tab": "yaml", "yaml": "title: Taken over"}
    )
    assert answer.status_code == 403
    assert "The form had expired" in answer.content.decode()
    assert scenario.versions.count() == 1
    assert strict.post("/sign-out/").status_code == 403


def test_pages_are_not_kept_by_shared_caches(browser: Client) -> None:
    assert browser.get("/runs/")["Cache-Control"] == "private, no-cache"
