"""The door: nothing is served to a visitor who is not signed in, unless its view says so itself."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


class SignInRequired(LoginRequiredMiddleware):
    """Middleware: sends signed-out visitors to the sign-in page; views opt out with `login_not_required`.

    A fragment asked for by htmx gets 401 and an instruction to load the sign-in page as a whole, so that the
    page is never swapped into a corner of another. What is served is private and checked again before reuse.
    """

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        """Return the redirect to the sign-in page, as a header for htmx."""
        if request.headers.get("HX-Request") == "true":
            where = resolve_url(self.get_login_url(view_func))
            return HttpResponse(status=401, headers={"HX-Redirect": where})
        return cast("HttpResponseBase", super().handle_no_permission(request, view_func))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Keep pages of members out of shared caches."""
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def local_path(request: HttpRequest, wanted: str | None, otherwise: str) -> str:
    """Return `wanted` when it leads to this site, else `otherwise` (a path or a URL name)."""
    if wanted and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        parts = urlsplit(wanted)
        return parts._replace(scheme="", netloc="").geturl() or "/"
    return resolve_url(otherwise)
