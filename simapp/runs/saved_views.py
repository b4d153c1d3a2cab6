"""Views of the list of runs that members keep under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from simapp.engine.core.errors import Refused, WrongInput
from simapp.models import SavedView

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST = 50
LONGEST_NAME, LONGEST_QUERY = 60, 2000


def views_of(member: Any) -> QuerySet[SavedView]:
    """Return the member's own views, by name."""
    return SavedView.objects.filter(member=member).order_by("name", "pk")


def save_view(*, member: Any, name: str, query: str) -> SavedView:
    """Keep a view; one of the same name is replaced. Raises WrongInput or Refused with one sentence."""
    named = " ".join(name.split())
    if not named or len(named) > LONGEST_NAME or not named.isprintable():
        msg = f"name must be printable text of 1 to {LONGEST_NAME} characters."
        raise WrongInput(msg)
    if len(query) > LONGEST_QUERY:
        msg = f"query is {len(query)} characters long; a view may have {LONGEST_QUERY}."
        raise WrongInput(msg)
    with transaction.atomic():
        held = views_of(member).select_for_update()
        if len(held.exclude(name=named)) >= MOST:
            msg = f"You have {MOST} views; delete one first."
            raise Refused(msg)
        view, _ = SavedView.objects.update_or_create(member=member, name=named, defaults={"query": query})
    return view


def delete_view(*, member: Any, view_id: int) -> None:
    """Delete one of the member's own views; SavedView.DoesNotExist for any other."""
    views_of(member).get(pk=view_id).delete()
