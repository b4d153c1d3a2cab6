"""Read-only pages over a run's large tables in the admin, one page of rows at a time by cursor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse

from simapp.engine.actions.registry import names_by_code
from simapp.engine.core.ids import SYSTEM
from simapp.engine.core.outcomes import SENTENCES
from simapp.engine.core.population import GENDERS
from simapp.engine.core.posts import KINDS
from simapp.store.history import LISTINGS, Listing, page
from simapp.store.models import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.admin import ModelAdmin
    from django.http import HttpRequest

ROWS = 100
_NUMBERS = {"step", "seq", "user_id", "key", "id"}


def rows_page(model_admin: ModelAdmin[Run], request: HttpRequest, run_id: int, name: str) -> HttpResponse:
    """Answer with one page of the run's table `name`, from the cursor or the step that the query names.

    404 for an unknown run or table, 403 for staff who may not see runs, 400 for a cursor that is none.
    """
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    listing = LISTINGS.get(name)
    run = Run.objects.select_related("parent", "scenario_version__scenario").filter(pk=run_id).first()
    if listing is None or run is None:
        raise Http404
    try:
        after = read_cursor(listing, request.GET.get("after", ""), request.GET.get("step", ""))
    except ValueError as problem:
        return HttpResponse(str(problem), status=400, content_type="text/plain; charset=utf-8")
    found = page(run, listing, after=after, limit=ROWS)
    topics = [str(topic) for topic in run.scenario_version.document.get("topics", ())]
    shown = {
        **model_admin.admin_site.each_context(request),
        "title": f"{listing.name} of {run}",
        "opts": model_admin.opts,
        "run": run,
        "listing": listing,
        "listings": LISTINGS.values(),
        "heads": [_HEADS.get(name, name.replace("_", " ")) for name in listing.columns],
        "rows": [_cells(listing, row, topics) for row in found.rows],
        "next": "?" + urlencode({"after": json.dumps(found.after)}) if found.after else "",
        "first": after is None,
        "step": request.GET.get("step", ""),
    }
    return TemplateResponse(request, "admin/simapp/run/rows.html", shown)


def read_cursor(listing: Listing, after: str, step: str) -> tuple[Any, ...] | None:
    """Return the cursor that a query names, None for the start. Raises ValueError with one sentence."""
    if step:
        if "step" not in listing.key or not (step.isascii() and step.isdigit() and len(step) < 10):
            msg = "step must be a whole number, and the table must have steps."
            raise ValueError(msg)
        return (int(step),)
    if not after:
        return None
    msg = f"after must be a JSON list of {', '.join(listing.key)}, as in the link to the next page."
    try:
        values = json.loads(after)
    except ValueError:
        raise ValueError(msg) from None
    if not isinstance(values, list) or len(values) != len(listing.key):
        raise ValueError(msg)
    for name, value in zip(listing.key, values, strict=True):
        if name in _NUMBERS:
            # Questions about groups have numbers below zero in the place of a user's.
            low = -(2**31) if listing.name == "replies" and name == "user_id" else 0
            good = type(value) is int and low <= value < 2 ** (63 if name in {"key", "id"} else 31)
        else:
            good = isinstance(value, str) and "\0" not in value
        if not good:
            raise ValueError(msg)
    return tuple(values)


def _cells(listing: Listing, row: tuple[Any, ...], topics: list[str]) -> list[tuple[str, bool]]:
    """Return (words, whether they need room) per column."""
    return [
        (_word(name, value, topics, absent=listing.name != "replies"), name in _WIDE)
        for name, value in zip(listing.columns, row, strict=True)
    ]


def _word(name: str, value: Any, topics: list[str], *, absent: bool = True) -> str:
    """Return a stored value as people read it; what is absent or not a number is a dash."""
    if value is None or value != value or (absent and name in _ABSENT and value == -1):
        return "–"
    if name in {"author", "actor"} and value == SYSTEM:
        return "scenario"
    if name == "topic":
        return topics[value] if 0 <= value < len(topics) else "–"
    if name in _WORDS:
        return _WORDS[name](value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


_HEADS = {"key": "post", "code": "action", "user_id": "user", "null_value": "null"}
_WIDE = {"text", "bio", "first", "problem", "users"}
_ABSENT = {"parent", "post", "target", "user_id", "community"}
_WORDS: dict[str, Callable[[int], str]] = {
    "code": lambda code: names_by_code().get(code, str(code)),
    "outcome": lambda code: SENTENCES[code] if code in SENTENCES else str(code),  # type: ignore[index]
    "kind": lambda kind: KINDS[kind],
    "gender": lambda gender: GENDERS[gender],
}
