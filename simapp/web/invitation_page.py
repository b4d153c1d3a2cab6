"""What an invitation's link opens: sign up with it, or join with the account one has. Nobody signs up otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.password_validation import password_validators_help_texts
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from simapp.engine.core.errors import SociariumError, WrongInput
from simapp.runs import audit, invitations, limits, links
from simapp.store.members import Role

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_BACKEND = "django.contrib.auth.backends.ModelBackend"
TRIES = (60, 900)  # tokens and forms that one address may try, in so many seconds


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the invitation; on POST make an account with it, or let the signed-in member join."""
    address = request.META.get("REMOTE_ADDR", "")
    if not limits.take("invitation-tries", address, *TRIES):
        page = {"problem": "Too many tries. Wait 15 minutes, then open the link again."}
        return render(request, "invitation.html", page, status=429)
    held = invitations.find(token) if len(token) <= links.LONGEST else None
    if held is None:
        audit.note_refusal(request.user, "invitation", address)
        return render(request, "invitation.html", {"problem": invitations.NOT_THERE}, status=404)
    page: dict[str, Any] = {
        "invitation": held,
        "role": Role(held.role).label.lower(),
        "username": request.POST.get("username", "")[:150],
        "rules": password_validators_help_texts(),
    }
    if request.method != "POST":
        return render(request, "invitation.html", page)
    try:
        if request.user.is_authenticated:
            project = invitations.join(token=token, member=request.user)
        else:
            person = invitations.sign_up(
                token=token, username=page["username"], password=request.POST.get("password", "")[:4096],
                again=request.POST.get("again", "")[:4096],
            )  # fmt: skip
            login(request, person, backend=_BACKEND)
            project = held.project
    except SociariumError as problem:
        field, _, rest = str(problem).partition(": ")
        page |= {"fault": rest, "field": field} if isinstance(problem, WrongInput) else {"fault": str(problem)}
        return render(request, "invitation.html", page, status=400)
    messages.success(request, f"Welcome to {project}. What you make goes there.")
    return redirect("runs")


urlpatterns = [path("invitations/<str:token>/", invitation, name="invitation")]
