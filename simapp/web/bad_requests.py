"""What is wrong with a request, as one sentence: a line of text for a program, the site's error page for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseBadRequest
from django.shortcuts import render

from simapp.web.gate import local_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

_BY_FORM = "This address only takes what a form sends, and nothing was changed. Go back and use the button again."


def bad_request(problem: object) -> HttpResponseBadRequest:
    """Return a 400 that says what is wrong; a browser that goes to the address shows it in the frame (`Framed`)."""
    return HttpResponseBadRequest(str(problem), content_type="text/plain; charset=utf-8")


class Framed:
    """Middleware. Where a browser would show a bare line of text, or nothing, it shows the site's error page.

    That is a 400 as plain text, and a 405, which Django sends empty. Scripts and htmx get the answer as it is: they put
    the line where it belongs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not goes_there(request):
            return response
        content = b"" if response.streaming else getattr(response, "content", b"")
        plain = response.headers.get("Content-Type", "").startswith("text/plain")
        if response.status_code == 400 and plain and content and "Content-Encoding" not in response:
            return _page(request, 400, "Not understood", content.decode(errors="replace"))
        if response.status_code == 405 and not content:
            page = _page(request, 405, "Only from its form", _BY_FORM)
            page.headers["Allow"] = response.headers.get("Allow", "")
            return page
        return response


def goes_there(request: HttpRequest) -> bool:
    """Whether a browser goes to the address with its window, rather than a script that asks for something."""
    said = request.headers
    # Browsers that do not say how they fetch are taken by what they accept.
    by_script = "HX-Request" in said or "X-Requested-With" in said
    by_window = said.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return "text/html" in said.get("Accept", "") and by_window and not by_script


def _page(request: HttpRequest, status: int, heading: str, sentence: str) -> HttpResponseBase:
    here = request.get_full_path()
    back = local_path(request, request.headers.get("Referer"), here)
    page = {"status": status, "heading": heading, "sentence": sentence, "back": "" if back == here else back}
    return render(request, "error.html", page, status=status)
