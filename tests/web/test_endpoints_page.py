"""The pages of endpoints: who sees them, what is refused and how, and that a key is on none."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from agents.inference.endpoint.probe import Features, Finding
from simapp.models import Endpoint
from simapp.runs import endpoints
from tests.agents.inference.asked import KEY

pytestmark = pytest.mark.django_db

TYPED = {
    "name": "Mine", "base_url": "http://127.0.0.1:9/v1", "model": "tiny", "concurrency": "8", "timeout": "60",
    "weight": "1", "requests_per_minute": "", "tokens_per_minute": "", "price_in": "", "price_out": "",
    "price_cached": "", "key": "",
}  # fmt: skip


@pytest.fixture
def keeper(owner):
    """A member who may set up endpoints."""
    owner.user_permissions.add(Permission.objects.get(codename="manage_endpoints"))
    return get_user_model().objects.get(pk=owner.pk)


@pytest.fixture
def browser(browser_of, keeper):
    return browser_of(keeper)


@pytest.fixture
def mine(keeper) -> Endpoint:
    fields = {"name": "Mine", "base_url": "http://127.0.0.1:9/v1", "model": "tiny"}
    return endpoints.add(member=keeper, fields=fields, key=KEY)


def address(endpoint: Endpoint) -> str:
    return reverse("endpoint", args=[endpoint.pk])


def text(answer) -> str:
    return answer.content.decode()


def test_a_member_adds_an_endpoint_and_is_led_to_its_test(browser, keeper):
    answer = browser.post(reverse("new-endpoint"), {**TYPED, "requests_per_minute": "1 200", "price_in": "0.15"})
    made = Endpoint.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, address(made))
    assert (made.owner, made.requests_per_minute, made.tokens_per_minute, made.price_in) == (keeper, 1200, 0, 0.15)
    page = text(browser.get(address(made)))
    assert "Test it to see what it can do" in page
    assert 'value="http://127.0.0.1:9/v1"' in page


def test_what_a_server_is_called_is_text(browser):
    browser.post(reverse("new-endpoint"), {**TYPED, "name": "<script>alert(1)</script>", "model": "<b>x</b>"})
    for page in (text(browser.get(reverse("endpoints"))), text(browser.get(address(Endpoint.objects.get())))):
        assert "<script>alert(1)" not in page
        assert "<b>x</b>" not in page


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"base_url": "ftp://a"}, "base_url", "Address cannot be read"),
        ({"base_url": "http://u:p@a"}, "base_url", "Address holds a user name or password"),
        ({"name": ""}, "name", "Name has 0 characters"),
        ({"model": "x" * 400}, "model", "Model has 400 characters"),
        ({"concurrency": ""}, "concurrency", "Requests at once is &#x27;&#x27;; it must be a whole number."),
        ({"concurrency": "2.5"}, "concurrency", "Requests at once is &#x27;2.5&#x27;"),
        ({"concurrency": "9999"}, "concurrency", "Requests at once is 9999; it must be a whole number from 1 to 1024."),
        ({"tokens_per_minute": "many"}, "tokens_per_minute", "Tokens per minute is"),
        ({"timeout": "nan"}, "timeout", "Time limit is nan"),
        ({"price_in": "-1"}, "price_in", "Tokens in is -1.0"),
        ({"key": "with blanks within"}, "key", "Key must be 1 to 500 printable"),
        ({"key_variable": "OPENAI_API_KEY"}, "", "Key variable is for admins"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_stays(browser, typed, field, said):
    answer = browser.post(reverse("new-endpoint"), {**TYPED, **typed})
    page = text(answer)
    assert answer.status_code == 400
    assert said in page
    assert page.count('role="alert"') == 1
    assert page.count('aria-invalid="true"') == (1 if field else 0)
    if field:
        assert f'href="#{field}"' in page
    assert not Endpoint.objects.exists()
    if "model" not in typed:
        assert 'value="tiny"' in page


def test_a_key_is_on_no_page(browser, mine, browser_of, admin_member):
    answers = [
        browser.get(reverse("endpoints")),
        browser.get(address(mine)),
        browser.post(address(mine), {**TYPED, "key": KEY, "weight": "none"}),
        browser.post(reverse("new-endpoint"), {**TYPED, "key": KEY, "weight": "none"}),
        browser.post(address(mine), {**TYPED, "key": KEY}, follow=True),
    ]
    admin = browser_of(admin_member)
    answers += [admin.get(reverse("endpoints")), admin.get(address(mine))]
    answers += [
        admin.get(reverse("admin:simapp_endpoint_change", args=[mine.pk])),
        admin.get(reverse("admin:simapp_endpoint_changelist")),
        admin.get(reverse("admin:simapp_audit_changelist")),
    ]
    for answer in answers:
        assert answer.status_code in {200, 400}
        assert KEY not in text(answer)
        assert "key_sealed" not in text(answer)
    assert "stored; type another to replace it" in text(answers[1])


def test_a_stored_key_is_replaced_kept_and_removed(browser, mine):
    browser.post(address(mine), TYPED)
    assert endpoints.key_of(Endpoint.objects.get()) == KEY
    browser.post(address(mine), {**TYPED, "key": " sk-another-key \n"})
    assert endpoints.key_of(Endpoint.objects.get()) == "sk-another-key"
    browser.post(address(mine), {**TYPED, "drop_key": "1"})
    assert endpoints.key_of(Endpoint.objects.get()) == ""
    assert "type another to replace it" not in text(browser.get(address(mine)))


def test_another_server_does_not_get_the_stored_key(browser, mine):
    answer = browser.post(address(mine), {**TYPED, "base_url": "http://evil.example/v1"})
    assert answer.status_code == 400
    assert "Key must be given anew: the stored one belongs to http://127.0.0.1:9" in text(answer)
    assert Endpoint.objects.get().base_url == "http://127.0.0.1:9/v1"


def test_a_test_is_asked_for_and_looked_at_by_itself(browser, mine):
    answer = browser.post(address(mine), {"action": "test"}, headers={"HX-Request": "true"})
    part = text(answer)
    assert "<html" not in part
    assert "Waiting for a worker" in part
    assert "every 1s" in part
    assert Endpoint.objects.get().test == "queued"
    assert browser.post(address(mine), {"action": "test"})["Location"] == address(mine), "also without scripts"


def test_what_a_test_found_is_shown_with_what_was_seen(browser, mine):
    seen = "It took a JSON schema without an error and ignored it: it said “<b>waves</b>”."
    features = Features((Finding("schema", False, seen), Finding("seed", True, "The same reply.")), "", 0.25, ("tiny",))
    Endpoint.objects.update(test="done", features=features.as_dict(), tested="2026-01-01T00:00:00Z")
    page = text(browser.get(address(mine)))
    assert "Replies held to a JSON schema" in page
    assert "ignored it: it said “&lt;b&gt;waves" in page
    assert "a short reply took 0.25 s" in page
    assert "every 1s" not in page
    assert "seed" in text(browser.get(reverse("endpoints")))


def test_a_test_that_failed_says_why_in_the_list_too(browser, mine):
    problem = "The server cannot be reached: nothing answers at its address."
    Endpoint.objects.update(test="failed", features=Features(problem=problem).as_dict())
    for where in (reverse("endpoints"), address(mine)):
        assert problem in text(browser.get(where))


def test_removing_needs_a_tick(browser, mine):
    browser.post(address(mine), {"action": "remove"})
    assert Endpoint.objects.exists()
    browser.post(address(mine), {"action": "remove", "confirm": "1"})
    assert not Endpoint.objects.exists()


def test_nobody_sees_or_touches_anothers_endpoint(mine, browser_of, stranger):
    stranger.user_permissions.add(Permission.objects.get(codename="manage_endpoints"))
    visitor = browser_of(stranger)
    assert "Mine" not in text(visitor.get(reverse("endpoints")))
    assert visitor.get(address(mine)).status_code == 404
    for action in ("save", "test", "remove"):
        assert visitor.post(address(mine), {**TYPED, "action": action, "confirm": "1"}).status_code == 404
    assert Endpoint.objects.get().test == ""


def test_a_member_without_the_right_reads_why_and_can_do_nothing(browser_of, member):
    visitor = browser_of(member)
    page = text(visitor.get(reverse("endpoints")))
    assert "once an admin of it has set them up" in page
    assert reverse("new-endpoint") not in page
    assert visitor.get(reverse("new-endpoint")).status_code == 403
    assert visitor.post(reverse("new-endpoint"), TYPED).status_code == 403
    assert not Endpoint.objects.exists()


def test_a_long_list_comes_in_pages_and_in_few_queries(browser, keeper, django_assert_max_num_queries):
    Endpoint.objects.bulk_create(
        Endpoint(owner=keeper, name=f"number {n:02}", base_url="http://127.0.0.1:9", model="tiny") for n in range(30)
    )
    with django_assert_max_num_queries(10):
        page = text(browser.get(reverse("endpoints")))
    assert "number 24" in page
    assert "number 25" not in page
