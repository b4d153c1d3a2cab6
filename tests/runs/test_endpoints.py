"""Endpoints: who sets them up, what happens to keys, what a test finds, and the model that a run gets."""

from __future__ import annotations

import json
import logging
import os

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core import serializers
from django.db import connection

from agents.asking import Sampling
from agents.inference.endpoint.gate import Gates
from agents.inference.endpoint.loop import run
from simapp.engine.core.errors import WrongInput
from simapp.models import Audit, Endpoint
from simapp.runs import access, endpoints, services
from simapp.runs.reconciler import Reconciler
from tests.agents.inference.asked import KEY, question
from tests.servers.conforming import conforming_server

pytestmark = pytest.mark.django_db

GIVEN = {"name": "Mine", "base_url": "http://127.0.0.1:9/v1", "model": "tiny"}


@pytest.fixture(autouse=True)
def sent(monkeypatch) -> list:
    """What would have been sent to the workers."""
    told: list = []
    monkeypatch.setattr(services, "quietly", lambda task, key: told.append((task.name, key)))
    return told


@pytest.fixture(autouse=True)
def _passwords_are_cheap(settings) -> None:
    """The real hasher takes its time on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def keeper(owner):
    """A member who may set up endpoints."""
    owner.user_permissions.add(Permission.objects.get(codename="manage_endpoints"))
    return get_user_model().objects.get(pk=owner.pk)


@pytest.fixture
def server():
    with conforming_server(key=KEY) as found:
        yield found


def test_a_member_without_the_right_can_do_nothing_with_endpoints(keeper, member):
    mine = endpoints.add(member=keeper, fields=GIVEN)
    wishes = (
        lambda: endpoints.add(member=member, fields=GIVEN),
        lambda: endpoints.change(endpoint=mine, member=member, fields=GIVEN),
        lambda: endpoints.test(endpoint=mine, member=member),
        lambda: endpoints.remove(endpoint=mine, member=member),
    )
    for wish in wishes:
        with pytest.raises(services.Refused, match="an admin can allow it"):
            wish()
    assert Endpoint.objects.get() == mine


def test_members_see_their_own_and_admins_all(keeper, member, admin_member):
    endpoints.add(member=keeper, fields=GIVEN)
    endpoints.add(member=admin_member, fields=GIVEN)
    seen = [access.endpoints_for(who).count() for who in (keeper, member, admin_member)]
    assert seen == [1, 0, 2]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"name": " "}, "name"), ({"name": "x" * 81}, "name"), ({"name": "a\nb"}, "name"), ({"name": "a, b"}, "name"),
        ({"model": ""}, "model"),
        ({"base_url": "ftp://127.0.0.1"}, "base_url"), ({"base_url": "http://a:b@c"}, "base_url"),
        ({"weight": 0.0}, "weight"), ({"weight": float("nan")}, "weight"), ({"concurrency": 0}, "concurrency"),
        ({"concurrency": 2000}, "concurrency"), ({"requests_per_minute": -1}, "requests_per_minute"),
        ({"tokens_per_minute": 2.5}, "tokens_per_minute"), ({"timeout": 0.0}, "timeout"), ({"timeout": 1e9}, "timeout"),
        ({"price_in": -1.0}, "price_in"), ({"price_out": float("inf")}, "price_out"),
        ({"price_cached": -1.0}, "price_cached"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_name_and_nothing_is_kept(keeper, wrong, named):
    with pytest.raises(WrongInput, match=f"^{named} "):
        endpoints.add(member=keeper, fields={**GIVEN, **wrong})
    assert not Endpoint.objects.exists()


def test_a_name_is_given_once_per_member(keeper, admin_member):
    endpoints.add(member=keeper, fields=GIVEN)
    with pytest.raises(WrongInput, match=r"^name is 'Mine', and another"):
        endpoints.add(member=keeper, fields=GIVEN)
    endpoints.add(member=admin_member, fields=GIVEN)


def test_a_key_is_nowhere_in_the_database_the_audit_a_dump_or_a_log(keeper, caplog):
    caplog.set_level(logging.DEBUG)
    mine = endpoints.add(member=keeper, fields=GIVEN, key=KEY)
    endpoints.change(endpoint=mine, member=keeper, fields={**GIVEN, "name": "Renamed"})
    assert endpoints.key_of(Endpoint.objects.get()) == KEY
    with connection.cursor() as cursor:
        cursor.execute("SELECT simapp_endpoint::text FROM simapp_endpoint")
        row = cursor.fetchone()[0]
    dump = serializers.serialize("json", Endpoint.objects.all())
    audit = json.dumps(list(Audit.objects.values_list("action", "detail")))
    assert KEY not in row + dump + audit + caplog.text + repr(Endpoint.objects.get().__dict__)
    assert KEY.encode().hex() not in row
    assert [entry.action for entry in Audit.objects.order_by("pk")] == ["endpoint added", "endpoint changed"]


def test_a_stored_key_stays_at_its_server(keeper, admin_member):
    mine = endpoints.add(member=keeper, fields=GIVEN, key=KEY)
    elsewhere = {**GIVEN, "base_url": "http://evil.example/v1"}
    with pytest.raises(WrongInput, match=r"^key must be given anew: the stored one belongs to http://127\.0\.0\.1:9"):
        endpoints.change(endpoint=Endpoint.objects.get(), member=admin_member, fields=elsewhere)
    Endpoint.objects.update(base_url="http://evil.example/v1")  # past every check
    endpoints.check(_queued(mine).pk)
    found = Endpoint.objects.get()
    assert found.test == "failed"
    assert "cannot be opened" in found.features["problem"]


def _queued(endpoint: Endpoint) -> Endpoint:
    Endpoint.objects.filter(pk=endpoint.pk).update(test="queued")
    return endpoint


def test_another_path_at_the_same_server_keeps_the_key_and_asks_for_a_new_test(keeper):
    mine = endpoints.add(member=keeper, fields=GIVEN, key=KEY)
    Endpoint.objects.update(test="done", features={"findings": [{"name": "schema", "found": True, "seen": "x"}]})
    mine.refresh_from_db()
    endpoints.change(endpoint=mine, member=keeper, fields={**GIVEN, "concurrency": 3})
    assert endpoints.settings_of(Endpoint.objects.get()).features == {"schema"}
    endpoints.change(endpoint=mine, member=keeper, fields={**GIVEN, "base_url": "http://127.0.0.1:9/v2/"})
    found = Endpoint.objects.get()
    assert (found.base_url, found.test, found.features) == ("http://127.0.0.1:9/v2", "", {})
    assert endpoints.key_of(found) == KEY


def test_a_key_can_be_removed(keeper):
    mine = endpoints.add(member=keeper, fields=GIVEN, key=KEY)
    endpoints.change(endpoint=mine, member=keeper, fields=GIVEN, drop_key=True)
    assert endpoints.key_of(Endpoint.objects.get()) == ""


def test_keys_of_the_environment_are_for_admins(keeper, admin_member, monkeypatch):
    monkeypatch.setenv("LOCAL_API_KEY", KEY)
    with pytest.raises(WrongInput, match=r"^key_variable is for admins"):
        endpoints.add(member=keeper, fields=GIVEN, key_variable="LOCAL_API_KEY")
    for wrong in ("SECRET_KEY", "DATABASE_URL", "local_API_KEY", "A B_API_KEY"):
        with pytest.raises(WrongInput, match=r"^key_variable must be a name in capitals"):
            endpoints.add(member=admin_member, fields=GIVEN, key_variable=wrong)
    theirs = endpoints.add(member=admin_member, fields=GIVEN, key_variable="LOCAL_API_KEY")
    assert endpoints.key_of(theirs) == KEY
    del os.environ["LOCAL_API_KEY"]
    with pytest.raises(services.Refused, match="takes its key from LOCAL_API_KEY, which the worker does not have"):
        endpoints.key_of(theirs)
    admin_member.is_staff = False
    admin_member.save()
    monkeypatch.setenv("LOCAL_API_KEY", KEY)
    with pytest.raises(services.Refused, match="only an admin's endpoint may"):
        endpoints.key_of(Endpoint.objects.get())


def test_a_test_is_sent_to_a_worker_and_keeps_what_was_seen(keeper, server, sent, django_capture_on_commit_callbacks):
    mine = endpoints.add(member=keeper, fields={**GIVEN, "base_url": server.base_url}, key=KEY)
    with django_capture_on_commit_callbacks(execute=True):
        endpoints.test(endpoint=mine, member=keeper)
        endpoints.test(endpoint=mine, member=keeper)
    assert sent == [("simapp.runs.check_endpoint", mine.pk)]
    assert server.requests == [], "the web process asks nothing"
    endpoints.check(mine.pk)
    found = Endpoint.objects.get()
    assert (found.test, found.features["problem"]) == ("done", "")
    assert endpoints.settings_of(found).features == {"schema", "seed", "logprobs", "usage", "models"}
    asked = len(server.requests)
    endpoints.check(mine.pk)
    assert len(server.requests) == asked, "a task that arrives twice asks once"


def test_a_test_that_fails_says_why(keeper, server):
    mine = endpoints.add(member=keeper, fields={**GIVEN, "base_url": server.base_url}, key="sk-a-wrong-one")
    endpoints.check(_queued(mine).pk)
    found = Endpoint.objects.get()
    assert (found.test, found.features["problem"]) == ("failed", "The server answered 401: the key is not accepted.")
    assert endpoints.settings_of(found).features == frozenset()


def test_what_a_test_found_about_settings_of_before_is_not_kept(keeper, server, monkeypatch):
    mine = endpoints.add(member=keeper, fields={**GIVEN, "base_url": server.base_url}, key=KEY)
    real = endpoints.probe

    def slow(settings, key):
        endpoints.change(endpoint=Endpoint.objects.get(), member=keeper, fields={**GIVEN, "base_url": server.base_url})
        return real(settings, key)

    monkeypatch.setattr(endpoints, "probe", slow)
    endpoints.check(_queued(mine).pk)
    found = Endpoint.objects.get()
    assert (found.test, found.features) == ("", {})


def test_a_test_that_nobody_works_on_is_sent_again(keeper, monkeypatch):
    mine = endpoints.add(member=keeper, fields=GIVEN)
    _queued(mine)
    again: list[int] = []
    monkeypatch.setattr("simapp.runs.reconciler.check_endpoint.delay", again.append)
    Endpoint.objects.update(asked="2020-01-01T00:00:00Z")
    at = [0.0]
    reconciler = Reconciler(send=lambda _: None, clock=lambda: at[0])
    for at[0] in (0.0, 1.0, 25.0):
        reconciler.round()
    assert again == [mine.pk, mine.pk]


def test_a_run_gets_the_model_behind_its_owners_endpoints(keeper, member, server):
    endpoints.add(member=keeper, fields={**GIVEN, "base_url": server.base_url}, key=KEY)
    gates = Gates()
    model = endpoints.model_of(owner=keeper, names=["Mine"], gates=gates)
    (reply,) = model.answer([question()], Sampling())
    run(gates.close())
    assert reply.outcome == "answered"
    assert model.name == f"tiny@{server.base_url[7:-3]}"
    assert KEY not in repr(model.__dict__)
    with pytest.raises(WrongInput, match=r"^endpoints names 'Mine', and there is no such endpoint"):
        endpoints.model_of(owner=member, names=["Mine"])
    with pytest.raises(WrongInput, match="there is no such endpoint"):
        endpoints.model_of(owner=None, names=["Mine"])
    keeper.user_permissions.clear()
    with pytest.raises(services.Refused, match="olive-owner may not use endpoints"):
        endpoints.model_of(owner=get_user_model().objects.get(pk=keeper.pk), names=["Mine"])


def test_the_command_lines_runs_take_an_admins_endpoint(admin_member):
    endpoints.add(member=admin_member, fields=GIVEN)
    assert endpoints.model_of(owner=None, names=["Mine"]).name == "tiny@127.0.0.1:9"
