"""The share menu of a run's page (run/share_menu.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.runs import share_links
from simapp.runs.roles import STEER

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import Run

NEW_LINK = "new_share_link"  # in a session: a link that was just made and is shown once


def context(request: HttpRequest, run: Run) -> dict[str, Any]:
    """What run/share_menu.html needs: the run's open links, and the one that was just made, this once."""
    if not getattr(request, "may", {}).get(STEER):
        return {"share": {"through_a_link": bool(getattr(request.user, "shared_runs", ()))}}
    fresh = request.session.get(NEW_LINK)
    if fresh is not None and fresh.get("run") == run.pk:
        del request.session[NEW_LINK]
    else:
        fresh = None
    return {"share": {"links": list(share_links.open_of(run)), "days": share_links.DAYS, "new": fresh}}
