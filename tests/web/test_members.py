"""Projects, invitations and share links, as members meet them."""

from __future__ import annotations

import importlib
import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from simapp.models import Audit, Invitation, Membership, Project, Run, Scenario, ShareLink
from simapp.runs import invitations, limits, projects, services
from simapp.scenarios.document import load_scenario
from simapp.web import gate
from tests.web.conftest import SMALL

pytestmark = pytest.mark.django_db
PASSWORD = "nine plain words in a row, or five"


@pytest.fixture
def project(owner: Any, member: Any) -> Project:
    """A project of which the owner is admin and the member steward."""
    made = projects.create(member=owner, name="Town hall")
    Membership.objects.create(member=member, project=made, role="steward")
    return made


def text(answer: Any) -> str:
    return answer.content.decode()


def new_link(browser: Client) -> str:
    """The link that a page shows once, as a path."""
    return re.search(r'readonly value="http://testserver([^"]+)"', text(browser.get("/members/")))[1]


def invite(browser: Client, project: Project, **form: str) -> Any:
    form = {"name": "Ida", "role": "researcher", "days": "7", **form}
    return browser.post(reverse("invite", args=[project.pk]), form, follow=True)


def sign_up(path: str, name: str = "ida", password: str = PASSWORD, again: str | None = None) -> tuple[Client, Any]:
    client = Client()
    form = {"username": name, "password": password, "again": password if again is None else again}
    return client, client.post(path, form)


def test_an_invitation_makes_one_member_in_its_role_and_then_opens_nothing(browser: Client, project: Project) -> None:
    browser.post(reverse("invite", args=[project.pk]), {"name": "Ida", "role": "researcher", "days": "7"})
    path = new_link(browser)
    assert "readonly" not in text(browser.get("/members/")), "the link is shown once"
    assert "Town hall" in text(Client().get(path))
    client, answer = sign_up(path)
    assert answer.status_code == 302
    held = Membership.objects.get(member__username="ida")
    assert (held.project, held.role, held.member.is_staff) == (project, "researcher", False)
    assert held.member.password.partition("$")[0] != PASSWORD
    assert client.get("/runs/").status_code == 200
    again, answer = sign_up(path, "eve")
    assert answer.status_code == 404
    assert again.get("/runs/").status_code == 302
    assert not get_user_model().objects.filter(username="eve").exists()


def test_a_token_is_stored_nowhere(browser: Client, project: Project, run: Run) -> None:
    invite_page = invite(browser, project)
    token = re.search(r"/invitations/([^/]+)/", text(invite_page))[1]
    shared = text(browser.post(reverse("run:share", args=[run.pk]), {"days": "7"}, follow=True))
    share = re.search(r"/shared/([^/]+)/", shared)[1]
    assert len(token) == len(share) == 43
    rows = [str(list(model.objects.values())) for model in (Invitation, ShareLink, Audit)]
    assert all(token not in row and share not in row for row in rows)


@pytest.mark.parametrize("end", ["revoked", "renewed", "expired"])
def test_an_invitation_that_ended_lets_nobody_in(end: str, browser: Client, project: Project) -> None:
    invite(browser, project)
    held = Invitation.objects.get()
    held, token = invitations.renew(member=held.by, invitation=held)
    path = reverse("invitation", args=[token])
    assert Client().get(path).status_code == 200
    if end == "expired":
        Invitation.objects.update(expires=timezone.now() - timedelta(seconds=1))
    else:
        browser.post(reverse("revoke-invitation" if end == "revoked" else "renew-invitation", args=[held.pk]))
    assert Client().get(path).status_code == 404
    assert sign_up(path)[1].status_code == 404
    if end == "renewed":
        assert Client().get(new_link(browser)).status_code == 200


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"name": "olive-owner"}, "An account of that name is there already"),
        ({"name": "OLIVE-owner"}, "An account of that name is there already"),
        ({"name": "a b<script>"}, "Enter a valid username"),
        ({"name": ""}, "This field cannot be blank"),
        ({"password": "short"}, "too short"),
        ({"password": "password1234"}, "too common"),
        ({"again": "another one entirely"}, "not the same"),
    ],
)
def test_what_is_wrong_with_a_name_or_a_password_is_said_and_no_account_made(
    form: dict[str, str], says: str, browser: Client, project: Project
) -> None:
    invite(browser, project)
    _, token = invitations.renew(member=Invitation.objects.get().by, invitation=Invitation.objects.get())
    before = get_user_model().objects.count()
    _, answer = sign_up(reverse("invitation", args=[token]), **form)
    assert answer.status_code == 400
    assert says in text(answer)
    assert "<script>" not in text(answer).partition('<form method="post"')[2]
    assert get_user_model().objects.count() == before
    assert Invitation.objects.get().state == "open"


def test_who_has_an_account_joins_with_it(browser: Client, project: Project, browser_of: Any, stranger: Any) -> None:
    invite(browser, project, role="viewer")
    _, token = invitations.renew(member=Invitation.objects.get().by, invitation=Invitation.objects.get())
    path = reverse("invitation", args=[token])
    assert "Join as" in text(browser_of(stranger).get(path))
    assert browser_of(stranger).post(path).status_code == 302
    assert projects.role_in(stranger, project) == "viewer"
    assert browser.post(path).status_code == 404


def test_a_steward_gives_and_takes_lower_roles_only(project: Project, browser_of: Any, owner: Any, member: Any) -> None:
    steward = browser_of(member)
    for role in ("steward", "admin"):
        assert "is for an admin of the project" in text(invite(steward, project, role=role))
    assert "must be one of" in text(invite(steward, project, role="king"))
    assert not Invitation.objects.exists()
    chief = Membership.objects.get(member=owner, project=project)
    for path in (reverse("set-role", args=[chief.pk]), reverse("remove-member", args=[chief.pk])):
        answer = steward.post(path, {"role": "viewer", "confirm": "on"}, follow=True)
        assert "is for an admin of the project" in text(answer)
    own = Membership.objects.get(member=member, project=project)
    steward.post(reverse("set-role", args=[own.pk]), {"role": "admin"})
    own.refresh_from_db()
    assert own.role == "steward"


def test_a_project_never_loses_its_last_admin(project: Project, browser: Client, owner: Any, member: Any) -> None:
    chief = Membership.objects.get(member=owner, project=project)
    answer = browser.post(reverse("set-role", args=[chief.pk]), {"role": "viewer"}, follow=True)
    assert "the only admin" in text(answer)
    browser.post(reverse("remove-member", args=[chief.pk]), {"confirm": "on"})
    assert Membership.objects.filter(pk=chief.pk, role="admin").exists()
    other = Membership.objects.get(member=member, project=project)
    browser.post(reverse("set-role", args=[other.pk]), {"role": "admin"})
    browser.post(reverse("remove-member", args=[chief.pk]), {"confirm": "on"})
    assert list(Membership.objects.filter(project=project).values_list("member", "role")) == [(member.pk, "admin")]


def test_who_is_removed_sees_the_project_no_more_and_what_they_made_stays(
    project: Project, browser: Client, browser_of: Any, stranger: Any
) -> None:
    invite(browser, project)
    _, token = invitations.renew(member=Invitation.objects.get().by, invitation=Invitation.objects.get())
    ida, _ = sign_up(reverse("invitation", args=[token]))
    ida.post("/scenarios/new/")
    made = Scenario.objects.get(owner__username="ida")
    assert made.project == project
    assert ida.get(reverse("scenario", args=[made.pk])).status_code == 200
    held = Membership.objects.get(member__username="ida")
    assert browser.post(reverse("remove-member", args=[held.pk])).status_code == 302
    assert Membership.objects.filter(pk=held.pk).exists(), "the box was not ticked"
    browser.post(reverse("remove-member", args=[held.pk]), {"confirm": "on"})
    assert ida.get(reverse("scenario", args=[made.pk])).status_code == 404
    assert ida.post("/scenarios/new/").status_code == 403
    assert "You are in no project" in text(ida.get("/members/"))
    assert browser.get(reverse("scenario", args=[made.pk])).status_code == 200
    assert "Nothing here" in text(browser_of(stranger).get(reverse("scenario", args=[made.pk])))


def test_what_one_makes_goes_to_the_project_one_works_in(project: Project, browser: Client, owner: Any) -> None:
    second = projects.create(member=owner, name="Harbour")
    browser.post("/scenarios/new/")
    browser.post(reverse("work-in", args=[project.pk]))
    browser.post("/scenarios/new/")
    assert list(Scenario.objects.order_by("pk").values_list("project", flat=True)) == [second.pk, project.pk]
    version = Scenario.objects.filter(project=second).get().versions.get()
    run = services.create_run(owner=owner, version=version, seed=1)
    assert run.project == second, "a run is where its scenario is"


def test_an_account_made_without_an_invitation_gets_a_project_of_its_own(member: Any, admin_member: Any) -> None:
    for who, role in ((member, "researcher"), (admin_member, "admin")):
        for _ in range(2):
            made = services.create_scenario(owner=who, document=load_scenario(SMALL)).scenario
        assert made.project.personal_of == who
        assert projects.role_in(who, made.project) == role
        assert Membership.objects.get(member=who).role == role
    assert services.command_line_version(document=load_scenario(SMALL)).scenario.project is None


def test_what_had_an_owner_before_there_were_projects_comes_into_one(run: Run, owner: Any, admin_member: Any) -> None:
    theirs = services.create_scenario(owner=admin_member, document=load_scenario(SMALL)).scenario
    alone = services.command_line_version(document=load_scenario(SMALL)).scenario
    Run.objects.update(project=None)
    Scenario.objects.update(project=None)
    Project.objects.all().delete()

    class Editor:
        def execute(self, sql: str) -> None:
            assert sql == "SET CONSTRAINTS ALL IMMEDIATE"

    importlib.import_module("simapp.migrations.0019_members").into_projects(apps, Editor())
    run.refresh_from_db()
    theirs.refresh_from_db()
    alone.refresh_from_db()
    assert run.project == run.scenario_version.scenario.project == Project.objects.get(personal_of=owner)
    assert (projects.role_in(owner, run.project), projects.role_in(admin_member, theirs.project)) == (
        "researcher", "admin",
    )  # fmt: skip
    assert alone.project is None


def test_a_share_link_opens_one_run_until_it_is_revoked(
    browser: Client, run: Run, owner: Any
) -> None:
    other = services.create_run(owner=owner, version=run.scenario_version, seed=8)
    page = text(browser.post(reverse("run:share", args=[run.pk]), {"days": "1", "name": "Class"}, follow=True))
    path = re.search(r'value="http://testserver(/shared/[^"]+)"', page)[1]
    assert "/shared/" not in text(browser.get(reverse("run:page", args=[run.pk]))), "the link is shown once"
    visitor = Client()
    assert visitor.get(path)["Location"] == reverse("run:page", args=[run.pk])
    shown = text(visitor.get(reverse("run:page", args=[run.pk])))
    assert "shared with you, read only" in shown
    assert 'name="action"' not in shown
    assert "Class" not in shown
    assert 'class="rail"' not in shown, "there is nowhere for them to go"
    assert "<span>Sociarium</span>" in shown
    assert visitor.get(reverse("run:points", args=[run.pk])).status_code == 200
    closed = [reverse("run:page", args=[other.pk]), reverse("run:replies", args=[run.pk]), "/runs/", "/exports/"]
    for elsewhere in closed:
        assert visitor.get(elsewhere).status_code == 302, elsewhere
    assert visitor.post(reverse("run:control", args=[run.pk]), {"action": "stop"}).status_code == 302
    link = ShareLink.objects.get()
    assert link.opened == 1
    browser.post(reverse("run:unshare", args=[run.pk, link.pk]))
    assert visitor.get(reverse("run:page", args=[run.pk])).status_code == 302
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("end", ["expired", "deleted"])
def test_a_share_link_ends_with_its_time_and_with_its_run(end: str, browser: Client, run: Run) -> None:
    page = text(browser.post(reverse("run:share", args=[run.pk]), {"days": "7"}, follow=True))
    path = re.search(r'value="http://testserver(/shared/[^"]+)"', page)[1]
    visitor = Client()
    visitor.get(path)
    if end == "expired":
        ShareLink.objects.update(expires=timezone.now())
    else:
        browser.post(reverse("run:delete", args=[run.pk]), {"confirm": "on"})
    assert visitor.get(reverse("run:page", args=[run.pk])).status_code == 302
    assert Client().get(path).status_code == 404


def test_a_viewer_is_offered_nothing_that_would_be_refused(
    project: Project, browser_of: Any, stranger: Any, run: Run
) -> None:
    Run.objects.update(project=project, step=3)
    Membership.objects.create(member=stranger, project=project, role="viewer")
    page = text(browser_of(stranger).get(reverse("run:page", args=[run.pk])))
    targets = set(re.findall(r'<form method="post" action="([^"]+)"', page)) - {"/theme/", "/sign-out/"}
    assert targets == set()
    names = ("members", "runs", "experiments", "replies")
    lists = "".join(text(browser_of(stranger).get(f"/{name}/")) for name in names)
    # A saved view is the viewer's own.
    own = {"/theme/", "/sign-out/", reverse("save-view")}
    assert not set(re.findall(r'<form method="post"[^>]* action="([^"]+)"', lists)) - own
    assert 'id="bulk-compare"' in lists
    assert not re.findall(r'method="post"(?![^>]* action=)|formaction|/experiments/new/|class="tagging"', lists)


def test_too_many_files_are_refused_before_they_are_read(
    browser: Client, scenario: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    monkeypatch.setattr(gate, "UPLOADS", (2, 600))
    send = lambda: browser.post("/replies/", {"file": SimpleUploadedFile("x", b"no replies")})  # noqa: E731
    assert [send().status_code for _ in range(3)] == [422, 422, 429]
    assert browser.post("/replies/").status_code == 422, "a form without a file does not count"


def test_too_many_invitations_are_refused(browser: Client, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "MOST_AN_HOUR", 2)
    pages = [text(invite(browser, project)) for _ in range(3)]
    assert ["go on later" in page for page in pages] == [False, False, True]
    assert Invitation.objects.count() == 2


def test_a_counter_begins_again_after_its_time_and_is_swept_then() -> None:
    from simapp.models import Attempts

    key = limits.key_of("test", "a")
    assert [limits.count(key, 60) for _ in range(3)] == [1, 2, 3]
    Attempts.objects.update(until=timezone.now() - timedelta(hours=1))
    assert limits.counts([key]) == {}
    assert limits.count(limits.key_of("test", "b"), 60) == 1
    assert not Attempts.objects.filter(pk=key).exists()
    assert limits.count(key, 60) == 1


def test_the_audit_tells_who_came_who_was_refused_and_what_was_taken_out(
    project: Project, browser: Client, browser_of: Any, stranger: Any, run: Run, make_export: Any, member: Any
) -> None:
    Client().post("/sign-in/", {"username": "olive-owner", "password": "no"})
    Client().post("/sign-in/", {"username": "olive-owner", "password": "a long pass phrase 7"})
    browser_of(stranger).get(reverse("run:page", args=[run.pk]))
    export = make_export(posts__csv=b"a\n")
    b"".join(browser.get(reverse("download-file", args=[export.pk, "posts.csv"])).streaming_content)
    invite(browser, project)
    held = Membership.objects.get(member=member)
    browser.post(reverse("set-role", args=[held.pk]), {"role": "viewer"})
    browser.post(reverse("run:share", args=[run.pk]), {"days": "7"})
    noted = list(Audit.objects.order_by("pk").values_list("action", "member__username"))
    for line in (
        ("sign-in failed", None), ("signed in", "olive-owner"), ("refused", "sami-stranger"),
        ("export downloaded", "olive-owner"), ("invitation made", "olive-owner"), ("role changed", "olive-owner"),
        ("share link made", "olive-owner"),
    ):  # fmt: skip
        assert line in noted


def test_the_admin_searches_the_audit_and_changes_nothing_in_it(admin_member: Any, browser_of: Any) -> None:
    from simapp.runs import audit

    audit.note(admin_member, "refused", what="GET run:page", address="192.0.2.7")
    staff, rows = browser_of(admin_member), reverse("admin:simapp_audit_changelist")
    for asked, found in (("192.0.2.7", 1), ("192.0.2.8", 0), ("ada-admin", 1)):
        assert f"{found} result" in text(staff.get(rows, {"q": asked}))
    one = reverse("admin:simapp_audit_change", args=[Audit.objects.get().pk])
    assert staff.post(one, {"action": "else"}).status_code == 403
    assert staff.post(one.replace("change", "delete"), {"post": "yes"}).status_code == 403
    for model in ("project", "membership", "invitation", "sharelink"):
        assert staff.get(reverse(f"admin:simapp_{model}_changelist")).status_code == 200
