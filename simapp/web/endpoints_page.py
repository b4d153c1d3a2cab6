"""Endpoints of language models: the list, one endpoint's form, its test and what that found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from agents.inference.endpoint.probe import Features
from simapp.engine.core.errors import WrongInput
from simapp.models import Endpoint
from simapp.runs import access, endpoints, services
from simapp.web.endpoint_form import Form, form_from, form_of, read
from simapp.web.numbers import three_digits
from simapp.web.paging import page_of, query_without_page

if TYPE_CHECKING:
    from django.http import HttpRequest

WAITING = {"queued", "running"}
WORDS = {"": "not tested", "queued": "waiting", "running": "testing", "done": "answers", "failed": "failed"}


@dataclass(frozen=True)
class Shown:
    """One endpoint as shown, with what its last test found."""

    endpoint: Endpoint
    features: Features

    @property
    def word(self) -> str:
        """How its test stands."""
        return WORDS[self.endpoint.test]

    @property
    def state(self) -> str:
        """The same as a class of the state's mark."""
        return self.endpoint.test or "queued"

    @property
    def waiting(self) -> bool:
        """Whether the test has not ended."""
        return self.endpoint.test in WAITING

    @property
    def found(self) -> str:
        """Names of what it can do, for a list."""
        return ", ".join(finding.name for finding in self.features.findings if finding.found)

    @property
    def seconds(self) -> str:
        """What a short reply took."""
        return three_digits(self.features.seconds)

    @property
    def prices(self) -> str:
        """Prices in and out, or nothing where it costs nothing."""
        held = (self.endpoint.price_in, self.endpoint.price_out)
        return " / ".join(three_digits(price) for price in held) if any(held) else ""


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List the endpoints that the member may see."""
    page = page_of(request, access.endpoints_for(request.user))
    shown = [_shown(endpoint) for endpoint in page.object_list]
    context = {
        "page": page,
        "shown": shown,
        "query": query_without_page(request),
        "may": access.may_manage_endpoints(request.user),
        "changeable": access.changeable(request.user, page.object_list),
        "path": request.get_full_path(),
        "waiting": any(one.waiting for one in shown),
    }
    return render(request, f"endpoints.html{_part(request, 'table')}", context)


@sensitive_post_parameters("key")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show an empty form; on POST add what was typed."""
    if request.method != "POST":
        return _form_page(request, form_of(Endpoint()))
    form = form_from(request.POST)
    try:
        added = endpoints.add(
            member=request.user, fields=read(form), key=_key(request), key_variable=form.key_variable
        )
    except (WrongInput, services.Refused) as problem:
        form.refuse(problem)
        return _form_page(request, form)
    messages.success(request, f"{added.name} was added. Test it to see what it can do.")
    return redirect("endpoint", added.pk)


@sensitive_post_parameters("key")
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Show one endpoint; on POST save what was typed, ask for a test, or remove it. Another's is not there: 404."""
    held = get_object_or_404(access.endpoints_for(request.user), pk=endpoint_id)
    action = request.POST.get("action", "") if request.method == "POST" else "show"
    if action == "test":
        endpoints.test(endpoint=held, member=request.user)
        if not _part(request, "test"):
            return redirect("endpoint", held.pk)
    elif action == "remove":
        if not request.POST.get("confirm"):
            messages.error(request, "Nothing was removed: the box was not ticked.")
            return redirect("endpoint", held.pk)
        endpoints.remove(endpoint=held, member=request.user)
        messages.success(request, f"{held.name} was removed, and its key with it.")
        return redirect("endpoints")
    elif action != "show":
        form = form_from(request.POST)
        try:
            endpoints.change(
                endpoint=held,
                member=request.user,
                fields=read(form),
                key=_key(request),
                key_variable=form.key_variable,
                drop_key=bool(request.POST.get("drop_key")),
            )
        except (WrongInput, services.Refused) as problem:
            form.refuse(problem)
            # As it is stored: the refused change has already touched the object.
            return _form_page(request, form, access.endpoints_for(request.user).get(pk=held.pk))
        messages.success(request, f"{held.name} was saved.")
        return redirect("endpoint", held.pk)
    return _form_page(request, form_of(held), held)


def _form_page(request: HttpRequest, form: Form, held: Endpoint | None = None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "staff": getattr(request.user, "is_staff", False)}
    if held is not None:
        context |= {"endpoint": held, "shown": _shown(held), "path": request.path}
    part = _part(request, "test") if held is not None else ""
    return render(request, f"endpoint.html{part}", context, status=400 if form.fault else 200)


def _shown(held: Endpoint) -> Shown:
    return Shown(held, Features.from_dict(held.features))


def _key(request: HttpRequest) -> str:
    # Blanks around it come with copying; those within are no part of any key, and are refused.
    return request.POST.get("key", "").strip()


def _part(request: HttpRequest, name: str) -> str:
    return f"#{name}" if request.headers.get("HX-Request") == "true" else ""


urlpatterns = [
    path("endpoints/", listing, name="endpoints"),
    path("endpoints/new/", new, name="new-endpoint"),
    path("endpoints/<int:endpoint_id>/", endpoint, name="endpoint"),
]
