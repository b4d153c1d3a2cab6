"""What the admin borrows from the look of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.templatetags.static import static

if TYPE_CHECKING:
    from django.http import HttpRequest


def icon(_request: HttpRequest) -> str:
    """Return the address of the site's mark."""
    return static("img/favicon.svg")
