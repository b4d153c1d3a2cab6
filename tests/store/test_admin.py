"""The admin: staff look at everything, nobody else at anything, and hostile text stays text."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from simapp.runs.cohorts import make_cohort
from simapp.store.asked import ModelReply, QuestionBatch
from simapp.store.cohorts import NetworkLayout
from simapp.store.history import LISTINGS
from simapp.store.models import Audit, Export, Run, Upload
from simapp.store.saved_views import SavedView
from tests.store.story import tell

pytestmark = pytest.mark.django_db

MODELS = (
    "scenario", "scenarioversion", "run", "upload", "export", "audit", "endpoint", "replyfile", "project", "membership",
    "invitation", "sharelink", "cohort", "networklayout", "savedview",
)  # fmt: skip


@pytest.fixture
def staff(client, admin_member):
    client.force_login(admin_member)
    return client


def a_cohort(told, name, users=2):
    return make_cohort(
        run=told.run, member=told.run.owner, name=name, users=np.arange(users, dtype=np.int32), source="x", step=1
    )


def rows_url(run, listing="events"):
    return reverse("admin:simapp_run_rows", args=[run.pk, listing])


def addresses(run):
    return [
        reverse("admin:index"),
        *(reverse(f"admin:simapp_{name}_changelist") for name in MODELS),
        reverse("admin:simapp_run_change", args=[run.pk]),
        *(rows_url(run, name) for name in LISTINGS),
    ]


def test_a_visitor_is_sent_to_sign_in_from_every_admin_page(client, told):
    for address in addresses(told.run):
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert "sign-in" in answer.url or "login" in answer.url


def test_a_member_without_staff_rights_sees_no_admin_page(client, told, owner):
    client.force_login(owner)
    for address in addresses(told.run):
        assert client.get(address).status_code == 302, address


def test_staff_without_the_right_to_see_runs_cannot_browse_their_rows(client, told):
    helper = get_user_model().objects.create_user("sten-staff", password="x" * 20, is_staff=True)
    client.force_login(helper)
    assert client.get(rows_url(told.run)).status_code == 403
    helper.user_permissions.add(Permission.objects.get(codename="view_run"))
    client.force_login(get_user_model().objects.get(pk=helper.pk))
    assert client.get(rows_url(told.run)).status_code == 200


def test_staff_see_every_list_and_page(staff, told, owner):
    Upload.objects.create(
        sha256="a" * 64, name="people.csv", format="csv", bytes=b"x" * 10, size=10, owner=owner
    )
    Export.objects.create(run=told.run, format="csv", owner=owner)
    Audit.objects.create(member=owner, action="pause", run=told.run)
    for address in addresses(told.run):
        assert staff.get(address).status_code == 200, address
    for model in (Upload, Export, Audit):
        row = model.objects.get()
        assert (
            staff.get(reverse(f"admin:simapp_{model._meta.model_name}_change", args=[row.pk])).status_code
            == 200
        )


def test_cohorts_layouts_and_saved_views_are_read_and_never_changed(staff, told, owner):
    few = a_cohort(told, "<b>few</b>")
    layout = NetworkLayout.objects.create(rows=told.run.rows, run=told.run, step=1, facts={"drawn": "<i>all</i>"})
    view = SavedView.objects.create(member=owner, name="mine", query="tag=paper")
    for row, says in ((few, "&lt;b&gt;few"), (layout, "&lt;i&gt;all"), (view, "tag=paper")):
        name = f"admin:simapp_{row._meta.model_name}"
        page = staff.get(reverse(f"{name}_change", args=[row.pk])).content.decode()
        assert says in page
        assert 'name="_save"' not in page
        assert 'name="packed"' not in page
        assert staff.get(reverse(f"{name}_add")).status_code == 403
        assert staff.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_the_list_of_cohorts_asks_no_more_for_more_of_them(staff, told):
    def ask(cohorts):
        for nth in range(cohorts):
            a_cohort(told, f"{cohorts}/{nth}", users=nth + 1)
        with CaptureQueriesContext(connection) as asked:
            assert staff.get(reverse("admin:simapp_cohort_changelist")).status_code == 200
        assert not any('"packed"' in one["sql"] for one in asked)
        return len(asked)

    assert ask(1) == ask(3)


def test_an_upload_shows_no_bytes(staff, owner):
    held = Upload.objects.create(
        sha256="b" * 64, name="p.csv", format="csv", bytes=b"secret-bytes", size=12, owner=owner
    )
    page = staff.get(reverse("admin:simapp_upload_change", args=[held.pk])).content.decode()
    assert "secret-bytes" not in page
    assert 'name="bytes"' not in page


def test_hostile_titles_and_posts_stay_text(staff, told):
    Run.objects.filter(pk=told.run.pk).update(title="<script>alert(1)</script>")
    for address in (
        reverse("admin:simapp_run_changelist"),
        reverse("admin:simapp_scenario_changelist"),
        reverse("admin:simapp_run_change", args=[told.run.pk]),
        rows_url(told.run, "posts"),
        rows_url(told.run, "users"),
    ):
        page = staff.get(address).content.decode()
        assert "<script>alert(" not in page
        assert "<b>story</b>" not in page
    assert "&lt;script&gt;alert(&quot;x&quot;)" in staff.get(rows_url(told.run, "posts")).content.decode()


def test_the_pages_of_events_follow_each_other_to_the_end(staff, told, monkeypatch):
    monkeypatch.setattr("simapp.store.browse.ROWS", 7)
    address, seen, pages = rows_url(told.run), [], 0
    while address:
        page = staff.get(address).content.decode()
        found = re.findall(r"<tr class[^>]*>(.*?)</tr>", page, re.DOTALL)
        seen += [tuple(re.findall(r"<bdi>(.*?)</bdi>", row, re.DOTALL)[:2]) for row in found]
        forward = re.search(r'rel="next" href="([^"]+)"', page)
        address = rows_url(told.run) + forward.group(1).replace("&amp;", "&") if forward else ""
        pages += 1
    assert seen == [(str(r.step), str(seq)) for r in told.records for seq in range(len(r.events))]
    assert pages == -(-len(seen) // 7)


def test_replies_and_batches_are_paged_by_cursor_questions_about_groups_included(staff, told, monkeypatch):
    monkeypatch.setattr("simapp.store.browse.ROWS", 2)
    users = (-2, -1, 0, 3)
    for user in users:
        ModelReply.objects.create(run_id=told.run.pk, step=2, user_id=user, tier="local", model="m", outcome="answered",
                                  text="<script>alert(1)</script>")  # fmt: skip
    QuestionBatch.objects.create(run_id=told.run.pk, asker=told.run, step=2, tier="local", model="m", users=[0, 3])
    address, seen = rows_url(told.run, "replies"), []
    while address:
        page = staff.get(address).content.decode()
        assert "<script>alert(1)" not in page
        rows = re.findall(r"<tr class[^>]*>(.*?)</tr>", page, re.DOTALL)
        seen += [int(re.findall(r"<bdi>(.*?)</bdi>", row, re.DOTALL)[1]) for row in rows]
        forward = re.search(r'rel="next" href="([^"]+)"', page)
        address = rows_url(told.run, "replies") + forward.group(1).replace("&amp;", "&") if forward else ""
    assert tuple(seen) == users
    assert "[0, 3]" in staff.get(rows_url(told.run, "batches")).content.decode()


def test_events_are_shown_in_words(staff, told):
    page = staff.get(rows_url(told.run)).content.decode()
    assert "like_post" in page
    assert "users cannot rate their own posts on this platform" in page


def test_a_page_can_start_at_a_step(staff, told):
    page = staff.get(rows_url(told.run) + "?step=3").content.decode()
    assert "undo_dislike_post" in page
    assert "create_comment" not in page


@pytest.mark.parametrize(
    "query",
    ["after=x", "after=[1]", 'after=["1",2]', "after=[-1,2]", "after=[1,2,3]", "after=[true,1]", "after={}",
     "step=-1", f"after=[{2**31},0]", "step=99999999999",
     "after=" + json.dumps(["'; DROP TABLE run_event; --", 1])],
)  # fmt: skip
def test_a_cursor_that_is_none_is_refused_in_one_sentence(staff, told, query):
    answer = staff.get(f"{rows_url(told.run)}?{query}")
    assert answer.status_code == 400
    assert answer.content.decode().endswith(".")


def test_unknown_runs_and_tables_are_not_found(staff, told):
    assert staff.get(rows_url(told.run, "passwords")).status_code == 404
    told.run.pk += 1_000
    assert staff.get(rows_url(told.run)).status_code == 404


def test_nothing_can_be_added_deleted_or_rewritten(staff, told):
    for name in MODELS:
        assert staff.get(reverse(f"admin:simapp_{name}_add")).status_code == 403
    change = reverse("admin:simapp_run_change", args=[told.run.pk])
    assert (
        staff.post(reverse("admin:simapp_run_delete", args=[told.run.pk]), {"post": "yes"}).status_code == 403
    )
    staff.post(change, {"seed": 99, "token": 99, "status": "finished", "hidden": "on"})
    told.run.refresh_from_db()
    assert (told.run.seed, told.run.token, told.run.status, told.run.hidden) == (7, 0, "queued", True)


@pytest.mark.parametrize("name", MODELS)
def test_a_list_asks_the_same_number_of_queries_however_long_it_is(
    staff, told, owner, name, django_assert_max_num_queries
):
    version = told.run.scenario_version
    for i in range(8):
        run = Run.objects.create(scenario_version=version, seed=i, steps=5, owner=owner)
        Export.objects.create(run=run, format="csv", owner=owner)
        Audit.objects.create(run=run, member=owner, action="launch")
        Upload.objects.create(
            sha256=f"{i:064x}", name=f"{i}.csv", format="csv", bytes=b"", size=0, owner=owner
        )
    with django_assert_max_num_queries(9):
        staff.get(reverse(f"admin:simapp_{name}_changelist"))


def test_a_page_of_rows_asks_few_queries(staff, new_run, django_assert_max_num_queries):
    told = tell(new_run())
    with django_assert_max_num_queries(6):
        assert staff.get(rows_url(told.run, "posts")).status_code == 200


def test_every_model_of_the_store_is_in_the_admin():
    registered = {
        model._meta.model_name for model in admin.site._registry if model._meta.app_label == "simapp"
    }
    assert registered == set(MODELS)


def test_an_admin_deletes_runs_from_the_list_and_others_do_not(staff, told, monkeypatch):
    from simapp.runs import services

    monkeypatch.setattr(services, "quietly", lambda task, key: None)
    asked = {"action": "delete_runs", "_selected_action": [told.run.pk]}
    helper = get_user_model().objects.create_user("sten-staff", password="x" * 20, is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_run"))
    address = reverse("admin:simapp_run_changelist")
    staff.force_login(helper)
    staff.post(address, asked)
    told.run.refresh_from_db()
    assert told.run.deleted is None
    staff.force_login(get_user_model().objects.get(username="ada-admin"))
    answer = staff.post(address, asked, follow=True)
    told.run.refresh_from_db()
    assert told.run.deleted is not None
    assert f"Run {told.run.pk} was deleted." in answer.content.decode()
    assert Audit.objects.get(action="delete").member.username == "ada-admin"
