"""Error pages, the colour choice, and the files browsers and crawlers ask for by themselves."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

from django.db.utils import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from simapp.web.gate import local_path

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger(__name__)
THEMES = ("light", "dark", "auto")
_YEAR = 365 * 24 * 3600


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or as-the-system in a cookie and go back."""
    response = redirect(local_path(request, request.POST.get("next"), "runs"))
    theme = request.POST.get("theme", "auto")
    response.set_cookie("theme", theme if theme in THEMES else "auto", max_age=_YEAR, samesite="Lax")
    return response


@require_safe
@cache_control(max_age=86400, public=True)
def robots(request: HttpRequest) -> HttpResponse:
    """Keep crawlers out."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Point browsers that ask for /favicon.ico to the drawing."""
    return redirect(static("img/favicon.svg"))


def home(request: HttpRequest) -> HttpResponse:
    """The list of runs is the home."""
    return redirect("runs")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _error(request, 400, "Not understood", "Go back, check what was entered and try again.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403; a form whose token is missing or stale has a page of its own, 403_csrf.html."""
    return _error(
        request, 403, "Not allowed", "Your account may not do this; an administrator can change that."
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; the same page for what does not exist and for what belongs to somebody else."""
    sentence = "The address is wrong, or what was here is gone or belongs to somebody else."
    return _error(request, 404, "Nothing here", sentence)


def broken(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database does not answer: a page that needs none and comes back by itself.

    The frame needs the session and so the database; when that is what broke, plain text has to do.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        sentence = "Runs wait for it and go on by themselves. This page tries again every five seconds."
        away = render_to_string("away.html", {"heading": "The database does not answer", "sentence": sentence})
        return HttpResponse(away, status=503, headers={"Retry-After": "5", "Cache-Control": "no-store"})
    sentence = "The fault is ours and is in the log of the server. Runs are not affected."
    try:
        return _error(request, 500, "Something broke", sentence)
    except Exception:
        logger.exception("The error page could not be rendered either.")
        text = f"Something broke. {sentence}\n"
        return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")


def _error(request: HttpRequest, status: int, heading: str, sentence: str) -> HttpResponse:
    page: dict[str, Any] = {"status": status, "heading": heading, "sentence": sentence}
    return render(request, "error.html", page, status=status)
