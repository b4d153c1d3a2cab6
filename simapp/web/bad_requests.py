"""What is wrong with a request, as one sentence of plain text."""

from __future__ import annotations

from django.http import HttpResponseBadRequest


def bad_request(problem: object) -> HttpResponseBadRequest:
    """Return a 400 that says what is wrong, for who typed an address or reads an answer by program."""
    return HttpResponseBadRequest(str(problem), content_type="text/plain; charset=utf-8")
