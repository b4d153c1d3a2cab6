"""The door: every request passes here, and only what the table of rights.py allows goes on.

An address without a line in the table is refused to everybody. A signed-out visitor is sent to sign in; a member to
whom a thing is nothing gets 404, as if it were not there, and one who may see it but not do this gets 403.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from simapp.runs import access, audit, limits, share_links
from simapp.runs.roles import READ, is_staff
from simapp.web.rights import MEMBER, PUBLIC, STAFF, Rule, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

UPLOADS = (30, 600)  # files that one member may send, in so many seconds
LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})


class Gate:
    """Middleware. Sets `request.may`, the rights as {right: True}, for templates; notes what the audit is to keep.

    What is served is private and checked again before reuse.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        rule = rule_of(match.view_name) if match is not None else None
        if rule is not None and rule.noted and request.method == "GET" and response.status_code in {200, 206}:
            # A download that goes on where it broke off was noted when it began.
            begins = request.headers.get("Range", "bytes=0-").startswith("bytes=0-")
            if begins:
                audit.note(request.user, rule.noted, **match.kwargs)  # type: ignore[union-attr]
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """Let the request on (None), answer it, or raise Http404 or PermissionDenied."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        rule = rule_of(name)
        if rule is None:
            logger.error("the address %r has no line in simapp/web/rights.py and is refused", name)
            raise PermissionDenied
        request.may = {}  # type: ignore[attr-defined]
        right = rule.get if request.method in LOOKING else rule.post
        if right == PUBLIC:
            return None
        if rule.shared and request.method in LOOKING and _through_a_link(request, rule, kwargs):
            request.may = {READ: True}  # type: ignore[attr-defined]
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if right == STAFF:
            # There they are told; the admin has no page for it.
            return None if is_staff(request.user) else _to_sign_in(request)
        refused = self._check(request, rule, right, kwargs)
        if refused:
            address = request.META.get("REMOTE_ADDR", "")
            audit.note_refusal(request.user, f"{request.method} {name}", address, **kwargs)
            raise Http404 if refused == "not there" else PermissionDenied
        return _too_many_files(request)

    def _check(self, request: HttpRequest, rule: Rule, right: str, kwargs: dict[str, Any]) -> str:
        """Return what is in the way of a member: nothing, "not there" or "not allowed"."""
        if rule.kind:
            rights = access.rights_on(request.user, rule.kind, kwargs[rule.key])
            request.may = dict.fromkeys(rights, True)  # type: ignore[attr-defined]
            if not rights:
                return "not there"
            return "" if right in rights else "not allowed"
        request.may = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: dict.fromkeys(access.rights_at_desk(request.user), True)
        )
        return "" if right == MEMBER or right in request.may else "not allowed"  # type: ignore[attr-defined]


def _through_a_link(request: HttpRequest, rule: Rule, kwargs: dict[str, Any]) -> bool:
    """Whether the visitor came through a share link of this run, and has no right of their own to see it."""
    run_id = kwargs[rule.key]
    if not share_links.opens(request.session, run_id):
        return False
    if request.user.is_authenticated and READ in access.rights_on(request.user, rule.kind, run_id):
        return False
    # For this request and this run only: access.py lets it through by this.
    request.user.shared_runs = (run_id,)  # type: ignore[union-attr]
    return True


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Send a signed-out visitor to the sign-in page.

    A fragment asked for by htmx gets 401 and an instruction to load that page as a whole, so that it is never swapped
    into a corner of another.
    """
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"HX-Redirect": resolve_url("sign-in")})
    return redirect_to_login(request.get_full_path(), resolve_url("sign-in"))


def _too_many_files(request: HttpRequest) -> HttpResponse | None:
    """Count a request that brings files; answer it with 429 where there were too many."""
    if request.method in LOOKING or not request.content_type.startswith("multipart/") or not request.FILES:
        return None
    most, seconds = UPLOADS
    if limits.take("uploads", str(request.user.pk), most, seconds):
        return None
    sentence = f"You sent {most} files within {seconds // 60} minutes, which is the most. Go on later."
    page = {"status": 429, "heading": "Too many files", "sentence": sentence}
    response = render(request, "error.html", page, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def local_path(request: HttpRequest, wanted: str | None, otherwise: str) -> str:
    """Return `wanted` when it leads to this site, else `otherwise` (a path or a URL name)."""
    if wanted and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        parts = urlsplit(wanted)
        return parts._replace(scheme="", netloc="").geturl() or "/"
    return resolve_url(otherwise)
