"""Signing in by link and by password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from django.core import signing
from django.test import Client

from simapp.engine.core.errors import WrongInput
from simapp.web import sign_in_limit
from simapp.web.sign_in import LINK_SECONDS, make_link

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
PASSWORD = "a long pass phrase 7"


def _path(link: str) -> str:
    return link.removeprefix("http://127.0.0.1:8000")


def _signed_in_as(client: Client) -> str:
    key = client.session.get("_auth_user_id")
    return get_user_model().objects.get(pk=key).get_username() if key else ""


def test_the_link_signs_in_a_superuser_called_owner_who_has_no_password() -> None:
    link = make_link("http://127.0.0.1:8000")
    client = Client()
    answer = client.get(_path(link))
    assert (answer.status_code, answer["Location"]) == (302, "/runs/")
    assert _signed_in_as(client) == "owner"
    owner = get_user_model().objects.get(username="owner")
    assert owner.is_superuser
    assert not owner.has_usable_password()


def test_the_link_works_again_and_in_a_restarted_server() -> None:
    # A restarted server shares nothing with the first but the secret key and the database: so do two clients.
    link = _path(make_link("http://127.0.0.1:8000"))
    for _ in range(2):
        client = Client()
        client.get(link)
        assert _signed_in_as(client) == "owner"
    assert get_user_model().objects.filter(username="owner").count() == 1


def test_the_link_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    link = _path(make_link("http://127.0.0.1:8000/"))
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + LINK_SECONDS + 1)
    client = Client()
    answer = client.get(link)
    assert answer.status_code == 403
    assert "expired" in answer.content.decode()
    assert not _signed_in_as(client)


def test_a_link_of_another_installation_is_refused(settings: Any) -> None:
    settings.SECRET_KEY = "one installation"
    link = _path(make_link("http://127.0.0.1:8000"))
    settings.SECRET_KEY = "another installation"
    assert Client().get(link).status_code == 403


@pytest.mark.parametrize("change", ["password", "inactive", "letter"])
def test_a_link_made_worthless_is_refused(change: str) -> None:
    link = _path(make_link("http://127.0.0.1:8000"))
    owner = get_user_model().objects.get(username="owner")
    if change == "password":
        owner.set_password(PASSWORD)
    owner.is_active = change != "inactive"
    owner.save()
    if change == "letter":
        link = link[:-2] + ("A" if link[-2] != "A" else "B") + "/"
    assert Client().get(link).status_code == 403


def test_no_link_is_made_for_somebody_else_called_owner() -> None:
    get_user_model().objects.create_user("owner", password=PASSWORD)
    with pytest.raises(WrongInput, match="no active superuser"):
        make_link("http://127.0.0.1:8000")


def test_a_member_signs_in_with_name_and_password_and_goes_where_they_wanted(member: Any) -> None:
    client = Client()
    form = {"username": member.get_username(), "password": PASSWORD, "next": "/catalogue/"}
    answer = client.post("/sign-in/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/catalogue/")
    assert _signed_in_as(client) == member.get_username()


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site_after_signing_in(member: Any, wanted: str) -> None:
    form = {"username": member.get_username(), "password": PASSWORD, "next": wanted}
    assert Client().post("/sign-in/", form)["Location"] == "/runs/"
    assert Client().get(_path(make_link("http://127.0.0.1:8000")), {"next": wanted})["Location"] == "/runs/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(member: Any) -> None:
    known = Client().post("/sign-in/", {"username": member.get_username(), "password": "no"})
    unknown = Client().post("/sign-in/", {"username": "nobody", "password": "no"})
    sentence = "The name and the password do not match an account."
    assert known.status_code == unknown.status_code == 400
    assert sentence in known.content.decode()
    assert sentence in unknown.content.decode()


def test_too_many_attempts_are_refused_even_with_the_right_password(member: Any) -> None:
    form = {"username": member.get_username(), "password": "no"}
    for _ in range(sign_in_limit.LIMITS["pair"]):
        assert Client().post("/sign-in/", form).status_code == 400
    right = {**form, "password": PASSWORD, "username": member.get_username().upper()}
    answer = Client().post("/sign-in/", right)
    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()


def test_another_address_is_not_kept_out_by_attempts_of_the_first(member: Any) -> None:
    form = {"username": member.get_username(), "password": "no"}
    for _ in range(sign_in_limit.LIMITS["pair"]):
        Client().post("/sign-in/", form)
    answer = Client(REMOTE_ADDR="192.0.2.7").post("/sign-in/", {**form, "password": PASSWORD})
    assert answer.status_code == 302


def test_a_success_forgets_earlier_failures(member: Any) -> None:
    form = {"username": member.get_username(), "password": "no"}
    for _ in range(2):
        for _ in range(sign_in_limit.LIMITS["pair"] - 1):
            assert Client().post("/sign-in/", form).status_code == 400
        assert Client().post("/sign-in/", {**form, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("name", ["a\0b", "é" * 400, "<script>alert(1)</script>", ""])
def test_odd_names_are_refused_and_shown_as_text(name: str) -> None:
    answer = Client().post("/sign-in/", {"username": name, "password": "x"})
    assert answer.status_code == 400
    assert "<script>alert" not in answer.content.decode()


def test_signing_out_takes_a_post(browser: Client) -> None:
    assert browser.get("/sign-out/").status_code == 405
    assert browser.post("/sign-out/").status_code == 302
    assert browser.get("/runs/").status_code == 302


def test_the_admin_has_no_door_of_its_own(browser_of: Callable[[Any], Client]) -> None:
    assert Client().get("/admin/login/?next=/admin/")["Location"] == "/sign-in/?next=/admin/"


def test_a_member_who_may_not_see_the_admin_is_told_so_instead_of_being_sent_round(member: Any) -> None:
    client = Client()
    client.force_login(member)
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "Your account may not do this" in answer.content.decode()
