"""Pages of long lists: numbered, bounded, forgiving about what the address says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.paginator import Paginator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.paginator import Page
    from django.db.models import QuerySet
    from django.http import HttpRequest


def page_of(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], *, size: int = 25) -> Page[Any]:
    """Return the page of `rows` that ?page= asks for; a page that does not exist becomes the nearest one."""
    return Paginator(rows, size).get_page(request.GET.get("page", "1")[:9])


def query_without_page(request: HttpRequest) -> str:
    """Return the query of the address without its page, ready to be continued with page=n."""
    kept = [(key, value) for key, values in request.GET.lists() if key != "page" for value in values]
    return urlencode(kept) + ("&" if kept else "")
