"""Signing in: by name and password, or by the signed link that `make demo` prints for this installation.

The link names the local owner account and is signed with the installation's secret key, so it is good for
this installation only. It works for 24 hours and as often as wanted (a second browser, a restarted server); a
change of the owner's password or status makes every older link worthless.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth import authenticate, get_user_model, login, logout
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from simapp.engine.core.errors import WrongInput
from simapp.runs import audit
from simapp.web import sign_in_limit
from simapp.web.gate import local_path

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest, HttpResponse

OWNER_NAME = "owner"
LINK_SECONDS = 24 * 3600
_SALT = "simapp.web.sign_in.link"
_BACKEND = "django.contrib.auth.backends.ModelBackend"

_WRONG = "The name and the password do not match an account."
_BLOCKED = "Too many attempts. Wait 15 minutes, then try again."
_STALE = (
    "This sign-in link has expired or is not one of this installation. Start the server again for a new one."
)


def make_link(base_url: str) -> str:
    """Return a link under `base_url` (like http://127.0.0.1:8000) that signs in the local owner.

    Makes the owner's account when there is none. Raises WrongInput when the name belongs to somebody else.
    """
    owner = local_owner()
    token = signing.dumps({"u": owner.pk, "h": _fingerprint(owner)}, salt=_SALT)
    return base_url.rstrip("/") + reverse("sign-in-link", args=[token])


def local_owner() -> User:
    """Return the account of the person who runs this installation: superuser `owner`, without a password."""
    from simapp.runs.example import demo_owner

    owner = cast("User", demo_owner())
    if not (owner.is_superuser and owner.is_active):
        msg = f"The account {owner.get_username()!r} is no active superuser; no sign-in link was made."
        raise WrongInput(msg)
    return owner


@never_cache
@require_GET
def use_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in the owner named by a valid link; anything else shows the sign-in page with a sentence."""
    owner = _read_link(token)
    if owner is None:
        return render(request, "sign_in.html", {"problem": _STALE}, status=403)
    login(request, owner, backend=_BACKEND)
    audit.note(owner, "signed in", how="link", address=request.META.get("REMOTE_ADDR", ""))
    return redirect(local_path(request, request.GET.get("next"), "runs"))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the sign-in page, or check a name and a password."""
    onward = local_path(request, request.POST.get("next") or request.GET.get("next"), "runs")
    if request.user.is_authenticated:
        # The admin sends whoever is not staff here, signed in or not; to send them back would never end.
        if onward.startswith(reverse("admin:index")) and not cast("User", request.user).is_staff:
            raise PermissionDenied
        return redirect(onward)
    page: dict[str, Any] = {"next": onward, "username": request.POST.get("username", "")[:150]}
    if request.method == "POST":
        person = _check_password(request)
        if not isinstance(person, str):
            login(request, person)
            return redirect(onward)
        page["problem"] = person
        return render(request, "sign_in.html", page, status=429 if person == _BLOCKED else 400)
    return render(request, "sign_in.html", page)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    audit.note(request.user, "signed out")
    logout(request)
    return redirect("sign-in")


def _check_password(request: HttpRequest) -> User | str:
    """Return the account, or the sentence to show."""
    username, address = request.POST.get("username", "")[:150], request.META.get("REMOTE_ADDR", "")
    if "\0" in username or sign_in_limit.is_blocked(username=username, address=address):
        return _BLOCKED if "\0" not in username else _WRONG
    person = authenticate(request, username=username, password=request.POST.get("password", "")[:4096])
    if person is None:
        last = sign_in_limit.count_failure(username=username, address=address)
        audit.note(None, "sign-in failed", name=username, address=address, blocked=last)
        return _WRONG
    sign_in_limit.forget(username=username, address=address)
    audit.note(person, "signed in", how="password", address=address)
    return cast("User", person)


def _read_link(token: str) -> User | None:
    try:
        said = signing.loads(token, salt=_SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        return None
    owner = get_user_model().objects.filter(pk=said["u"], is_active=True).first()
    if owner is None or not constant_time_compare(said["h"], _fingerprint(owner)):
        return None
    return cast("User", owner)


def _fingerprint(owner: Any) -> str:
    # Changes with the password and the secret key, like a session's own hash.
    return blake2b(owner.get_session_auth_hash().encode(), digest_size=12).hexdigest()
