"""After a test that commits the database is as the migrations left it."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from simapp.models import Run
from simapp.store.rows import RunEvent, RunUser
from tests import emptying

pytestmark = pytest.mark.django_db(transaction=True)


def permissions() -> set[tuple[str, str]]:
    return set(Permission.objects.values_list("content_type__model", "codename"))


def rows_of_every_table() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        names = {row[0] for row in cursor.fetchall()} - set(emptying.KEPT)
        found = {}
        for name in sorted(names):
            cursor.execute(f"SELECT count(*) FROM {name}")
            found[name] = cursor.fetchone()[0]
    return found


def test_no_table_keeps_a_row_and_permissions_stay(told):
    before = permissions()
    assert Run.objects.exists()
    assert RunUser.objects.exists()
    assert RunEvent.objects.exists()
    emptying.empty("default")
    counts = rows_of_every_table()
    assert {Run._meta.db_table, "run_user_shared", "run_event_shared", "auth_user"} <= set(counts)
    assert {name: count for name, count in counts.items() if count} == {}
    assert permissions() == before


def test_numbers_of_rows_go_on_so_that_no_two_tests_meet_in_a_file(owner):
    emptying.empty("default")
    assert get_user_model().objects.create_user("next").pk > owner.pk


def test_what_a_test_did_to_permissions_and_content_types_is_undone():
    emptying.empty("default")
    before = permissions()
    Permission.objects.filter(codename="manage_endpoints").delete()
    ContentType.objects.create(app_label="simapp", model="invented")
    emptying.empty("default")
    assert permissions() == before
    assert not ContentType.objects.filter(model="invented").exists()
    assert Permission.objects.get(codename="manage_endpoints").content_type.model_class() is not None
