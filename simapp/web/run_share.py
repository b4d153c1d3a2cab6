"""Share links of a run: made and revoked from its page, and what a link opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from simapp.engine.core.errors import SociariumError
from simapp.models import ShareLink
from simapp.runs import audit, limits, links, share_links
from simapp.web.run_frame import open_run
from simapp.web.share_menu import NEW_LINK

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TRIES = (60, 900)  # tokens that one address may try, in so many seconds
_GONE = "This link has expired or was taken back, or the run is gone. Ask whoever sent it for a new one."


@require_POST
def share(request: HttpRequest, run_id: int) -> HttpResponse:
    """Make a link; it is shown once, on the run's page."""
    run = open_run(request, run_id)
    text = request.POST.get("days", "7")
    days = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else -1
    try:
        made, token = share_links.make(member=request.user, run=run, days=days, name=request.POST.get("name", "")[:500])
    except SociariumError as problem:
        messages.error(request, str(problem))
    else:
        url = request.build_absolute_uri(reverse("shared", args=[token]))
        until = f"{made.expires:%-d %B %H:%M} UTC"
        request.session[NEW_LINK] = {"run": run.pk, "url": url, "until": until}
    return redirect("run:page", run.pk)


@require_POST
def unshare(request: HttpRequest, run_id: int, link_id: int) -> HttpResponse:
    """Revoke a link of the run."""
    run = open_run(request, run_id)
    link = get_object_or_404(ShareLink, pk=link_id, run=run)
    try:
        share_links.revoke(member=request.user, link=link)
    except SociariumError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "The link was revoked; whoever has it sees the run no more.")
    return redirect("members" if request.POST.get("next") == "members" else reverse("run:page", args=[run.pk]))


@never_cache
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Open the run of a link; the address that stays in the browser's history does not hold the token."""
    address = request.META.get("REMOTE_ADDR", "")
    sentence, status = _GONE, 404
    if not limits.take("share-tries", address, *TRIES):
        sentence, status = "Too many tries. Wait 15 minutes, then open the link again.", 429
    elif request.method == "GET":
        link = share_links.follow(token) if len(token) <= links.LONGEST else None
        if link is not None:
            share_links.remember(request.session, link)
            return redirect("run:page", link.run_id)
        audit.note_refusal(request.user, "share link", address)
    page = {"status": status, "heading": "Nothing here", "sentence": sentence}
    return render(request, "error.html", page, status=status)


of_run = [
    path("share", share, name="share"),
    path("share/<int:link_id>/revoke", unshare, name="unshare"),
]
urlpatterns = [path("shared/<str:token>/", shared, name="shared")]
