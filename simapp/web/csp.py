"""The content security policy that every page but the admin is served under, and headers of the same kind."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

ADMIN_PREFIX = "/admin/"
# What no page here ever asks a browser for.
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()"


def policy(host: str = "") -> str:
    """Return the policy text; `host` (name:port) adds its sockets for browsers whose 'self' lacks them.

    No inline script and no inline style: values reach scripts as data attributes, JSON script blocks or HTTP.
    """
    sockets = f" ws://{host} wss://{host}" if host else ""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self'{sockets}",
            "font-src 'self'",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        )
    )


class ContentSecurityPolicy:
    """Middleware: the policy on every response outside /admin/, whose theme needs inline styles and scripts.

    The admin keeps the parts that cost its theme nothing: no framing, no plugins, no foreign forms.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(ADMIN_PREFIX):
            text = "frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
        else:
            text = policy(_host(request))
        response.setdefault("Content-Security-Policy", text)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


def _host(request: HttpRequest) -> str:
    try:
        host = request.get_host()
    except DisallowedHost:
        return ""
    # A name that cannot be split is not put into a header.
    return host if split_domain_port(host)[0] else ""
